import { createReadStream, existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseS3Uri } from '../../aws/s3.ts';
import { unpack } from '../archives.ts';
import { relocated, relocatedAll } from '../container-paths.ts';
import type { Context } from '../context.ts';
import type { TrainingJobRequest } from './job.ts';

/** What of /opt/ml a job has on the laptop. */
export function layout(base: string) {
  return {
    base,
    config: join(base, 'input', 'config'),
    channel: (name: string): string => join(base, 'input', 'data', name),
    code: join(base, 'code'),
    model: join(base, 'model'),
    output: join(base, 'output'),
    outputData: join(base, 'output', 'data'),
    failure: join(base, 'output', 'failure'),
  } as const;
}

export type Layout = ReturnType<typeof layout>;

export function checkpointDirectory(job: TrainingJobRequest, { base }: Layout): string {
  return relocated(job.CheckpointConfig?.LocalPath ?? '/opt/ml/checkpoints', base);
}

/** Makes the directories and the three configuration files of the container contract. */
export async function writeContract(job: TrainingJobRequest, paths: Layout): Promise<void> {
  const directories = [paths.config, paths.code, paths.model, paths.outputData, join(paths.output, 'intermediate')];
  await Promise.all([...directories, checkpointDirectory(job, paths)].map((path) => mkdir(path, { recursive: true })));
  const host = 'algo-1';
  const instance = job.ResourceConfig?.InstanceType ?? 'local';
  const files = {
    'hyperparameters.json': relocatedAll(job.HyperParameters ?? {}, paths.base),
    'resourceconfig.json': {
      current_host: host,
      hosts: [host],
      network_interface_name: 'eth0',
      current_instance_type: instance,
      current_group_name: 'homogeneousCluster',
      instance_groups: [{ instance_group_name: 'homogeneousCluster', instance_type: instance, hosts: [host] }],
    },
    'inputdataconfig.json': Object.fromEntries(
      (job.InputDataConfig ?? []).map((channel) => [
        channel.ChannelName,
        {
          ...(channel.ContentType && { ContentType: channel.ContentType }),
          TrainingInputMode: 'File',
          S3DistributionType: channel.DataSource.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated',
          RecordWrapperType: channel.RecordWrapperType ?? 'None',
        },
      ]),
    ),
  };
  await Promise.all(
    Object.entries(files).map(([name, content]) => writeFile(join(paths.config, name), JSON.stringify(content))),
  );
}

/** Puts the user's source in the code directory: an archive in S3, or one or the files themselves in a channel. */
export async function placeSource(
  job: TrainingJobRequest,
  paths: Layout,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  const given = hyperparameter(job, 'sagemaker_submit_directory');
  if (given?.startsWith('s3://')) {
    await unpack(await context.s3.open(parseS3Uri(given), signal), paths.code, signal);
    return;
  }
  const directory = given ? relocated(given, paths.base) : paths.channel('code');
  if (!directory.startsWith(paths.base))
    throw new Error(`sagemaker_submit_directory must be an s3:// URI or lie below /opt/ml; it is ${given}`);
  const archive = directory.endsWith('.tar.gz') ? directory : join(directory, 'sourcedir.tar.gz');
  if (existsSync(archive)) return unpack(createReadStream(archive), paths.code, signal);
  await cp(directory, paths.code, { recursive: true });
}

/** A hyperparameter that is text; it travels as JSON or as it is. */
export function hyperparameter(job: TrainingJobRequest, name: string): string | undefined {
  const text = job.HyperParameters?.[name];
  if (text === undefined || !text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
