/** What a schedule is made from, with everything looked at that could have been known before its first firing. */
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createAwsClients } from '../../activities/aws.ts';
import { objectBytes } from '../../activities/data/s3-source.ts';
import { packSource } from '../../activities/data/source.ts';
import { findSourceFiles, type SourceFile } from '../../activities/data/source-files.ts';
import { type Upload, uploadAll } from '../../activities/data/upload.ts';
import { s3Uri } from '../../activities/s3-uri.ts';
import { budgetUsd } from '../../spec/cost/budget.ts';
import { pricesFor } from '../../spec/cost/cost.ts';
import { monthProblem } from '../../spec/cost/month.ts';
import { isSageMaker } from '../../spec/engine.ts';
import { dataPaths, isS3 } from '../../spec/inputs.ts';
import { s3Keys } from '../../spec/naming.ts';
import type { NamedOverride } from '../../spec/overrides.ts';
import { type Plan, planOf } from '../../spec/plan.ts';
import { type Account, RUN_VERSION } from '../../spec/record.ts';
import type { RetrainSpec } from '../../spec/schema/retrain.ts';
import type { RetrainInput } from '../../workflows/messages.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { resolveAccount } from '../environment.ts';
import { usageError } from '../errors.ts';
import { lookUp } from '../plan/look-up.ts';
import { knownPrices } from '../plan/prices.ts';
import { checkRegion, readSpec, type SpecFile } from '../runs/read-spec.ts';
import type { Temporal } from '../temporal.ts';

/** What stands in for values of the file. */
export interface ScheduleOverrides {
  readonly cron?: string | undefined;
  readonly every?: string | undefined;
  readonly timezone?: string | undefined;
  readonly jitter?: string | undefined;
  readonly remaining?: number | undefined;
  readonly set?: readonly string[] | undefined;
}

export interface Prepared {
  readonly file: SpecFile;
  readonly retrain: RetrainSpec;
  readonly account: Account;
  /** Of one run. */
  readonly plan: Plan;
  /** What is worth knowing, and keeps nothing from being scheduled. */
  readonly warnings: readonly string[];
}

/** Reads and checks everything; nothing is written. Throws a user error where a firing could not do its work. */
export async function prepare(
  context: Context,
  { environment }: Temporal,
  path: string,
  overrides: ScheduleOverrides,
): Promise<Prepared> {
  const file = await readSpec(context, path, valuesOf(overrides), withoutOf(overrides));
  const { spec } = file;
  const { retrain } = spec;
  if (!retrain || (retrain.every === undefined && retrain.cron === undefined)) {
    throw usageError(
      'NoTimes',
      `${path} does not say when to look: it has no retrain.every or retrain.cron`,
      'add one, such as retrain: { every: 1w }, or give --every 1w or --cron "0 6 * * 1"',
    );
  }
  await refuseLocalData(file);
  const account = await resolveAccount(environment, spec);
  checkRegion(file, account.region);
  await refuseNoData(account, file);
  const plan = planOf(spec, await lookUp(context, environment, file, { readData: false }));
  const problem = plan.problems[0] ?? (retrain.budget && monthProblem(retrain.budget, plan.cost));
  if (problem) throw usageError(problem.code, problem.message, problem.fix);
  return { file, retrain, account, plan, warnings: warningsOf(file, retrain) };
}

function valuesOf({ set = [], ...options }: ScheduleOverrides): (string | NamedOverride)[] {
  const named = (['every', 'cron', 'timezone', 'jitter', 'remaining'] as const).flatMap((key) => {
    const value = options[key];
    // In quotes, as YAML would read a cron expression that begins with a star as an alias.
    const text = `retrain.${key}=${JSON.stringify(value)}`;
    return value === undefined ? [] : [{ option: `--${key} ${value}`, text }];
  });
  return [...set, ...named];
}

/** The one of the two that an option is given for holds. */
function withoutOf({ cron, every }: ScheduleOverrides): string[] {
  return [...(cron === undefined ? [] : ['retrain.every']), ...(every === undefined ? [] : ['retrain.cron'])];
}

async function refuseLocalData({ file, spec, directory }: SpecFile): Promise<void> {
  const local = dataPaths(spec).filter(([, path]) => !isS3(path));
  const [first] = local;
  if (!first) return;
  const { bucket = 'BUCKET' } = spec.aws;
  const [, path] = first;
  const found = await stat(resolve(directory, path)).catch(() => undefined);
  const copy = `aws s3 cp ${found?.isDirectory() ? '--recursive ' : ''}${join(dirname(file), path)} s3://${bucket}/${spec.name}/`;
  throw usageError(
    'DataNotInS3',
    [
      `${file}: a schedule trains without this machine, which alone has its data:`,
      ...local.map(([field, each]) => `${field}: ${each}`),
    ].join('\n  '),
    `put it into S3${found ? `, such as with: ${copy},` : ''} and name that address`,
  );
}

/** Each place that data is to come from has some that can be read from here. */
async function refuseNoData({ region }: Account, { file, spec, directory }: SpecFile): Promise<void> {
  const { s3 } = createAwsClients(region);
  try {
    for (const [field, path] of dataPaths(spec)) {
      try {
        const files: SourceFile[] = await findSourceFiles(path, { directory, s3: () => s3 }, spec.data.format);
        const [first] = files;
        if (!first)
          throw usageError('NotFound', `${file}  ${field}: there is no data under ${path}`, 'correct the address');
        if (first.bytes > 0) await objectBytes(first.path, s3, 0, 1);
      } catch (error) {
        throw awsFailure(error, `read ${field}, ${path}`);
      }
    }
  } finally {
    s3.destroy();
  }
}

function warningsOf({ spec }: SpecFile, { budget }: RetrainSpec): string[] {
  if (budget === undefined || spec.budget === undefined || budgetUsd(spec.budget) <= budgetUsd(budget)) return [];
  return [`budget: ${spec.budget} for a run is more than retrain.budget: ${budget} for a month, which holds`];
}

/** What firings start with, and the code that is to lie in the bucket by then. */
export async function inputFor(
  context: Context,
  { file, account }: Prepared,
): Promise<{ readonly input: RetrainInput; readonly code?: Upload }> {
  const { spec, directory } = file;
  const prices = pricesFor(spec, await knownPrices(context, account.region));
  const input = { version: RUN_VERSION, spec, account, prices };
  if (!isSageMaker(spec)) return { input };
  const content = await packSource(spec, directory);
  const { sha256 } = content;
  const uri = s3Uri(account.bucket, s3Keys.source(spec.name, sha256));
  return { input: { ...input, source: { uri, sha256 } }, code: { uri, content } };
}

/** Firings need no machine of anybody's: the code of a schedule goes into the bucket before it is there. */
export async function uploadCode({ signal }: Context, { account }: Prepared, code: Upload | undefined): Promise<void> {
  if (!code) return;
  const { s3 } = createAwsClients(account.region);
  try {
    await uploadAll(s3, [code], { signal });
  } catch (error) {
    throw awsFailure(error, 'upload the code');
  } finally {
    s3.destroy();
  }
}
