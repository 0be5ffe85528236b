/** The laptop region as a whole: up, down, and what is left when something dies. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  ANY_PORTS,
  downRegion,
  environmentIn,
  type RegionAddresses,
  type RegionOptions,
  readRegion,
  regionHealth,
  regionHome,
  upRegion,
} from '../../local/index.ts';
import { until } from '../cli/support/cli.ts';
import { childrenOf, LOOPBACK, listenAddresses, runs } from '../support/processes.ts';
import { ownRegion, SHARED_TOOLS, temporaryDirectory } from '../support/region.ts';

/** A region in the background of a home, down again when the test is over. */
async function upFor(home: string, options: Partial<RegionOptions> = {}) {
  onTestFinished(async () => {
    await downRegion(home);
  });
  return upRegion({ home, ports: ANY_PORTS, tools: SHARED_TOOLS, ...options });
}

async function allAnswer(region: RegionAddresses): Promise<boolean> {
  return (await regionHealth(region)).every(({ up }) => up);
}

function s3In({ env }: RegionAddresses): S3Client {
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const client = new S3Client({ endpoint: env.AWS_ENDPOINT_URL_S3, region: env.AWS_REGION, credentials });
  onTestFinished(() => client.destroy());
  return client;
}

async function temporalIn({ temporalAddress }: RegionAddresses): Promise<Client> {
  const connection = await Connection.connect({ address: temporalAddress });
  onTestFinished(() => connection.close());
  return new Client({ connection });
}

const object = ({ env }: RegionAddresses) => ({ Bucket: env.TEMPER_BUCKET, Key: 'a b/ü.txt' });

async function put(region: RegionAddresses, Body: string): Promise<void> {
  await s3In(region).send(new PutObjectCommand({ ...object(region), Body }));
}

async function get(region: RegionAddresses): Promise<string | undefined> {
  return (await s3In(region).send(new GetObjectCommand(object(region)))).Body?.transformToString();
}

describe('a region in the background', () => {
  it('is up when asked for, once, and gone when told to stop', async () => {
    const home = await temporaryDirectory();
    expect(readRegion(home)).toBeUndefined();
    const { region, started } = await upFor(home);
    expect(started).toBe(true);
    expect(await allAnswer(region)).toBe(true);
    expect(readRegion(home)).toEqual(region);

    const again = await upFor(home);
    expect(again).toEqual({ region, started: false });

    const processes = [region.process.pid, ...childrenOf(region.process.pid)];
    expect(processes).toHaveLength(3);
    expect(await downRegion(home)).toBe(true);
    expect(processes.filter(runs)).toEqual([]);
    expect(readRegion(home)).toBeUndefined();
    expect(await allAnswer(region)).toBe(false);
    expect(await downRegion(home)).toBe(false);
  });

  it('starts once when asked for twice at the same time', async () => {
    const home = await temporaryDirectory();
    const both = await Promise.all([upFor(home), upFor(home)]);
    expect(both.map(({ started }) => started).sort()).toEqual([false, true]);
    expect(both[0].region).toEqual(both[1].region);
  });

  it('listens to this machine only', async () => {
    const { region } = await upFor(await temporaryDirectory());
    const addresses = [region.process.pid, ...childrenOf(region.process.pid)].flatMap(listenAddresses);
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    expect(addresses.filter((address) => !LOOPBACK.includes(address))).toEqual([]);
  });

  it('has its objects and workflows again when it is up again', async () => {
    const home = await temporaryDirectory();
    const first = await upFor(home);
    await put(first.region, 'still here');
    const options = { taskQueue: 'nobody', workflowId: 'waits' };
    await (await temporalIn(first.region)).workflow.start('any', options);
    await downRegion(home);

    const { region } = await upFor(home);
    expect(await get(region)).toBe('still here');
    const { status } = await (await temporalIn(region)).workflow.getHandle(options.workflowId).describe();
    expect(status.name).toBe('RUNNING');
  });

  it.each([
    ['the next one is up', async (home: string) => expect(await get((await upFor(home)).region)).toBe('still here')],
    ['it is told to stop', async (home: string) => expect(await downRegion(home)).toBe(true)],
  ])('what it leaves when it is killed is ended when %s', async (_, next) => {
    const home = await temporaryDirectory();
    const { region } = await upFor(home);
    await put(region, 'still here');
    const children = childrenOf(region.process.pid);
    expect(children).toHaveLength(2);
    process.kill(region.process.pid, 'SIGKILL');
    await until(() => !runs(region.process.pid));
    expect(children.filter(runs)).toEqual(children);
    expect(readRegion(home)).toBeUndefined();

    await next(home);
    expect(children.filter(runs)).toEqual([]);
  });

  it('says why where it does not come up, and leaves nothing', async () => {
    const home = await temporaryDirectory();
    await mkdir(join(home, 'temporal.db'));
    await expect(upFor(home)).rejects.toThrow(/^Temporal did not start: [\s\S]*unable to open database file/);
    expect(readRegion(home)).toBeUndefined();
    expect(await downRegion(home)).toBe(false);
  });
});

describe('a region', () => {
  it('takes the next port where the preferred one is in use', async () => {
    const taken = createServer();
    onTestFinished(() => {
      taken.close();
    });
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const region = await ownRegion({ ports: { ...ANY_PORTS, ministack: port } });
    expect(Number(new URL(region.awsUrl).port)).toBeGreaterThan(port);
    expect(await allAnswer(region)).toBe(true);
  });

  it('shares no port with regions that start at the same time and prefer the same', async () => {
    const free = createServer();
    await once(free.listen(0, '127.0.0.1'), 'listening');
    const address = free.address();
    const first = typeof address === 'object' && address ? address.port : 0;
    await new Promise((closed) => free.close(closed));
    const ports = { temporal: first, ui: first, ministack: first, sagemaker: first, bedrock: first };
    const regions = await Promise.all([1, 2, 3].map(() => ownRegion({ ports })));
    const addresses = regions.flatMap(({ temporalAddress, uiUrl, awsUrl, sagemakerUrl, bedrockUrl }) =>
      [temporalAddress, uiUrl, awsUrl, sagemakerUrl, bedrockUrl].map((each) => each.split(':').at(-1)),
    );
    expect(new Set(addresses).size).toBe(15);
    await Promise.all(regions.map((region, index) => put(region, `of region ${index}`)));
    expect(await Promise.all(regions.map(get))).toEqual(['of region 0', 'of region 1', 'of region 2']);
  });

  it('comes without SageMaker for those who start none', async () => {
    const loaded = vi.fn(() => ({}));
    vi.resetModules();
    vi.doMock('../../local/sagemaker/server.ts', loaded);
    onTestFinished(() => {
      vi.doUnmock('../../local/sagemaker/server.ts');
    });
    await import('../../local/index.ts');
    expect(loaded).not.toHaveBeenCalled();
  });

  it('has its home to itself', async () => {
    const { home } = await ownRegion();
    await expect(ownRegion({ home })).rejects.toThrow(
      /a region is already running in .* \(process \d+\); stop it with/,
    );
  });

  it('starts again what dies, with what it knew', async () => {
    const events: string[] = [];
    const before = childrenOf(process.pid);
    const region = await ownRegion({ onProgress: (line) => events.push(line) });
    await put(region, 'still here');
    const services = childrenOf(process.pid).filter((pid) => !before.includes(pid));
    expect(services).toHaveLength(2);
    for (const pid of services) process.kill(pid, 'SIGKILL');
    await until(() => ['Temporal is back', 'MiniStack is back'].every((line) => events.includes(line)));
    expect(events).toContain('MiniStack died (killed by SIGKILL) and is started again');
    expect(await allAnswer(region)).toBe(true);
    expect(await get(region)).toBe('still here');
  });

  it('says which Python it needs where there is none', async () => {
    vi.stubEnv('TEMPER_PYTHON', '/nowhere/python');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await expect(ownRegion()).rejects.toThrow(
      /needs Python 3\.10 or newer with venv; TEMPER_PYTHON is \/nowhere\/python; install one, or set/,
    );
  });

  it('passes over a Python that is too old, and says so', async () => {
    const old = join(await temporaryDirectory(), 'python3');
    await writeFile(old, `#!/bin/sh\nprintf '${old}\\n3.9.2\\nTrue\\n'\n`, { mode: 0o755 });
    vi.stubEnv('TEMPER_PYTHON', old);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await expect(ownRegion()).rejects.toThrow(`${old} is version 3.9.2`);
  });

  it('is what programs in its environment find, whatever else was set', async () => {
    const env = environmentIn(
      { env: { AWS_REGION: 'us-east-1' } as RegionAddresses['env'] },
      { HOME: '/home/me', AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'secret', AWS_REGION: 'eu-west-1' },
    );
    expect(env).toEqual({ HOME: '/home/me', AWS_REGION: 'us-east-1' });
  });
});

describe('the home', () => {
  it('is the nearest .temper upwards, else one to be, else what TEMPER_HOME says', async () => {
    const top = await temporaryDirectory();
    const deep = join(top, 'a', 'b');
    await mkdir(deep, { recursive: true });
    expect(regionHome(deep, {})).toBe(join(deep, '.temper'));
    await mkdir(join(top, '.temper'));
    expect(regionHome(deep, {})).toBe(join(top, '.temper'));
    expect(regionHome(deep, { TEMPER_HOME: '../elsewhere' })).toBe(join(top, 'a', 'elsewhere'));
  });
});
