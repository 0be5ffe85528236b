/** `temper check`: a spec with its files and data, or data by itself. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { type CheckProgress, checkData } from '../../activities/data/check/check-data.ts';
import { missingFiles } from '../../activities/data/source.ts';
import { findLocalFiles } from '../../activities/data/source-files.ts';
import type { CheckFinding, CheckReport } from '../../spec/check.ts';
import type { ProblemGroup } from '../../spec/data/problems.ts';
import type { DataReport } from '../../spec/data/report.ts';
import { misfits } from '../../spec/fit.ts';
import { isS3 } from '../../spec/inputs.ts';
import { parseSpec, type SpecProblem } from '../../spec/parse.ts';
import { data as dataSchema } from '../../spec/schema/data.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { usageError, whyUnreadable } from '../errors.ts';
import { formatBytes } from '../rendering/format.ts';

/** Everything that is wrong with a file. Throws a user error only where it cannot be looked at. */
export async function check(context: Context, file: string): Promise<CheckReport> {
  return /\.ya?ml$/.test(file) ? checkSpec(context, file) : checkAlone(context, file);
}

async function checkSpec(context: Context, file: string): Promise<CheckReport> {
  const path = resolve(context.cwd, file);
  const directory = dirname(path);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      'SpecUnreadable',
      `cannot read ${file}: ${whyUnreadable(error)}`,
      'give the path of a temper.yaml',
    );
  });
  const parsed = parseSpec(text, { file });
  const errors = parsed.ok ? [] : parsed.problems.map(specFinding);
  const missing = parsed.ok ? await missingFiles(parsed.spec, directory) : [];
  errors.push(...missing.map((sentence) => missingFinding(file, sentence)));

  const data = parsed.ok ? parsed.spec.data : parsed.data;
  const isThere = !missing.some((sentence) => sentence.startsWith('data.'));
  if (data === undefined || !isThere) return { ok: false, file, errors, warnings: [] };
  const region = parsed.ok ? parsed.spec.aws.region : undefined;
  const report = await checkRows(context, data, directory, region);
  if (parsed.ok && report.kind !== undefined) {
    for (const { steps, message } of misfits(parsed.spec, report.kind)) {
      const place = { file };
      errors.push({
        code: 'invalid_value',
        message: `${steps.join('.')}: ${message}`,
        ...place,
        count: 1,
        places: [place],
      });
    }
  }
  return together(file, errors, report);
}

async function checkAlone(context: Context, file: string): Promise<CheckReport> {
  if (!isS3(file) && (await findLocalFiles(file, context.cwd)).length === 0) {
    throw usageError('FileUnreadable', `cannot read ${file}: no such file, or no data in it`, 'correct the path');
  }
  // Not to be divided, so that all rows may be asked with, and none are too few.
  const data = dataSchema.parse({ train: file });
  return together(file, [], await checkRows(context, data, context.cwd, undefined));
}

function together(file: string, errors: readonly CheckFinding[], report: DataReport): CheckReport {
  const all = [...errors, ...report.errors.map(dataFinding)];
  return { ...report, ok: all.length === 0, file, errors: all, warnings: report.warnings.map(dataFinding) };
}

async function checkRows(
  context: Context,
  data: Spec['data'],
  directory: string,
  region: string | undefined,
): Promise<DataReport> {
  const { output, signal } = context;
  const usesS3 = [data.source, data.train, data.validation, data.test].some((path) => path && isS3(path));
  const s3 = usesS3 ? await s3Client(context, region) : undefined;
  const needed = (): S3Client => {
    if (s3 === undefined) throw new Error('no address of S3 was given');
    return s3;
  };
  try {
    return await checkData(data, { directory, s3: needed, signal, onProgress: progressLine(context) });
  } finally {
    output.live(undefined);
    s3?.destroy();
  }
}

// Neither AWS nor Temporal is loaded for files of this machine.
async function s3Client(context: Context, region: string | undefined): Promise<S3Client> {
  const { findEnvironment } = await import('../environment.ts');
  const { createAwsClients } = await import('../../activities/aws.ts');
  const { variables } = await findEnvironment(context);
  const where = region ?? variables.AWS_REGION;
  if (!where) throw usageError('RegionMissing', 'not given an AWS region', 'set aws.region in the spec, or AWS_REGION');
  return createAwsClients(where).s3;
}

/** A line is drawn so seldom that drawing takes no time. */
const REDRAW_MS = 100;

function progressLine({ output }: Context): (progress: CheckProgress) => void {
  const started = performance.now();
  let last = started;
  return ({ file, bytes, total }) => {
    const now = performance.now();
    if (now - last < REDRAW_MS) return;
    last = now;
    const rate = bytes / ((now - started) / 1000);
    output.live(`  ${file}  ${formatBytes(bytes)} of ${formatBytes(total)} · ${formatBytes(rate)}/s`);
  };
}

function specFinding({ code, file, line, path, message, fix }: SpecProblem): CheckFinding {
  const place = { file, ...(line > 0 ? { line } : {}) };
  const told = path === '' ? message : `${path}: ${message}`;
  return { code, message: told, ...(fix ? { fix } : {}), ...place, count: 1, places: [place] };
}

/** @param sentence what is missing; what to do */
function missingFinding(file: string, sentence: string): CheckFinding {
  const [message = '', fix] = sentence.split('; ');
  return { code: 'FilesMissing', message, ...(fix ? { fix } : {}), file, count: 1, places: [{ file }] };
}

function dataFinding({ code, message, fix, count, places }: ProblemGroup): CheckFinding {
  const told = places.map(({ file, line, value }) => ({
    file,
    ...(line > 0 ? { line } : {}),
    ...(value === '' ? {} : { value }),
  }));
  const { value: _, ...first } = told[0] ?? { file: '', value: '' };
  return { code, message, fix, ...first, count, places: told };
}
