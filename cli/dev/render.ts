/** What `temper dev` says, for people and shells. */
import { relative } from 'node:path';
import type { Context } from '../context.ts';
import { workerLog } from '../workers/background.ts';
import type { ClientEnvironment } from './env.ts';
import type { Status } from './status.ts';
import type { Up } from './up.ts';

type Place = Pick<Context, 'cwd' | 'output'>;

export function renderUp(up: Up, { cwd, output }: Place): string {
  const { dim } = output.style;
  const lines = [
    `Temporal   ${up.ui}       S3, SageMaker, Bedrock   127.0.0.1, state in ${near(cwd, up.home)}/`,
    ...(up.worker ? [`worker     process ${up.worker.pid}, log in ${near(cwd, workerLog(up.home))}`] : []),
  ];
  const already = up.started ? [] : [dim('the region was up already')];
  return [...lines, ...already].map((line) => `  ${line}`).join('\n');
}

export function renderStatus({ home, region, worker }: Status, { cwd, output }: Place): string {
  const { green, red, dim } = output.style;
  if (!region) return output.hint(`no region is up in ${near(cwd, home)}/; start one with temper dev up`);
  const services = region.services.map(({ name, address, up, version }) =>
    `${up ? green('✔') : red('✖')} ${name.padEnd(10)} ${address.padEnd(22)} ${dim(up ? (version ?? '') : 'does not answer')}`.trimEnd(),
  );
  return [
    ...services,
    worker
      ? `${green('✔')} ${'worker'.padEnd(10)} process ${worker.pid}`
      : `${red('✖')} ${'worker'.padEnd(10)} not running`,
    `  Temporal's UI is at ${region.ui}, state in ${near(cwd, home)}/`,
  ]
    .map((line) => `  ${line}`)
    .join('\n');
}

/** Lines for a POSIX shell to evaluate. */
export function renderEnv({ set, unset }: ClientEnvironment): string {
  return [
    ...unset.map((name) => `unset ${name}`),
    ...Object.entries(set).map(([name, value]) => `export ${name}=${quote(value)}`),
  ].join('\n');
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** As short as it can be from here. */
function near(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short || '.';
}
