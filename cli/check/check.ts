/** `temper check`: a spec with its files and data, or data by itself. */
import { dirname, resolve } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { type CheckProgress, checkData } from '../../activities/data/check/check-data.ts';
import { type FixedCopy, type FixOptions, fixData, leakKey } from '../../activities/data/check/fix-data.ts';
import { type MissingFile, missingFiles } from '../../activities/data/source.ts';
import { findLocalFiles } from '../../activities/data/source-files.ts';
import type { CheckFinding, CheckReport, FixedReport } from '../../spec/check.ts';
import type { Place, ProblemGroup } from '../../spec/data/problems.ts';
import type { DataReport } from '../../spec/data/report.ts';
import { misfits } from '../../spec/fit.ts';
import { isS3 } from '../../spec/inputs.ts';
import { parseSpec, type SpecProblem } from '../../spec/parse.ts';
import { SPLITS } from '../../spec/record.ts';
import { data as dataSchema } from '../../spec/schema/data.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { usageError, whyUnreadable } from '../errors.ts';
import { formatBytes } from '../rendering/format.ts';
import { readSpecText } from '../runs/read-spec.ts';

/**
 * Everything that is wrong with a file. Throws a user error only where it cannot be looked at.
 *
 * @param out where to write a corrected copy of its data
 */
export async function check(context: Context, file: string, out: string | undefined): Promise<CheckReport> {
  return /\.ya?ml$/.test(file) ? checkSpec(context, file, out) : checkAlone(context, file, out);
}

async function checkSpec(context: Context, file: string, out: string | undefined): Promise<CheckReport> {
  const path = resolve(context.cwd, file);
  const directory = dirname(path);
  const text = await readSpecText(path, file);
  const parsed = parseSpec(text, { file });
  const errors = parsed.ok ? [] : parsed.problems.map(specFinding);
  const missing = parsed.ok ? await missingFiles(parsed.spec, directory) : [];
  errors.push(...missing.map((each) => missingFinding(file, each)));

  const data = parsed.ok ? parsed.spec.data : parsed.data;
  const isThere = !missing.some(({ field }) => field.startsWith('data.'));
  if (data === undefined || !isThere) return { ok: false, file, errors, warnings: [] };
  const region = parsed.ok ? parsed.spec.aws.region : undefined;
  const report = await checkRows(context, data, { directory, region, out });
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

async function checkAlone(context: Context, file: string, out: string | undefined): Promise<CheckReport> {
  if (!isS3(file) && (await findLocalFiles(file, context.cwd)).length === 0) {
    throw usageError('FileUnreadable', `cannot read ${file}: no such file, or no data in it`, 'correct the path');
  }
  // Not to be divided, so that all rows may be asked with, and none are too few.
  const data = dataSchema.parse({ train: file });
  return together(file, [], await checkRows(context, data, { directory: context.cwd, out }));
}

function together(file: string, errors: readonly CheckFinding[], report: RowsReport): CheckReport {
  const all = [...errors, ...report.errors.map(dataFinding)];
  const { fixed } = report;
  return {
    ...report,
    ok: all.length === 0,
    file,
    errors: all,
    warnings: report.warnings.map(dataFinding),
    ...(fixed ? { fixed: { ...fixed, ok: fixed.ok && errors.length === 0 } } : {}),
  };
}

type RowsReport = DataReport & Pick<CheckReport, 'fixed'>;

interface Where {
  readonly directory: string;
  readonly region?: string | undefined;
  readonly out: string | undefined;
}

async function checkRows(context: Context, data: Spec['data'], { directory, region, out }: Where): Promise<RowsReport> {
  const { output, signal } = context;
  const usesS3 = [data.source, data.train, data.validation, data.test].some((path) => path && isS3(path));
  const client = usesS3 ? await s3Client(context, region) : undefined;
  const s3 = (): S3Client => {
    if (client === undefined) throw new Error('no address of S3 was given');
    return client;
  };
  const leaks = new Set<string>();
  const onLeak = (place: Place): unknown => out !== undefined && leaks.add(leakKey(place));
  try {
    const root = { directory, s3, signal };
    const report = await checkData(data, { ...root, onLeak, onProgress: progressLine(context) });
    if (out === undefined) return report;
    const labels = report.stats.parts.train?.labels;
    const trained = labels && new Set(Object.keys(labels));
    return { ...report, fixed: await fix(context, data, { ...root, out: resolve(context.cwd, out), leaks, trained }) };
  } finally {
    output.live(undefined);
    client?.destroy();
  }
}

/** Writes the copy, and looks at it as at any other data. */
async function fix(context: Context, data: Spec['data'], options: FixOptions): Promise<FixedReport> {
  const { out } = options;
  context.output.live(`  writing ${out}`);
  const copy = await fixData(data, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') {
      const taken = error.path ?? out;
      throw usageError('FilesInTheWay', `nothing was written, as ${taken} is there already`, 'name another file');
    }
    throw usageError('FileUnwritable', `cannot write ${out}: ${whyUnreadable(error)}`, 'name another file');
  });
  const { ok } = await checkData(fixedSection(data, copy), options);
  return { ok, ...copy };
}

/** The data section with the copies in place of what they were made from. */
function fixedSection(data: Spec['data'], { files }: FixedCopy): Spec['data'] {
  const named = SPLITS.filter((split) => data[split] !== undefined);
  const paths = Object.fromEntries(named.map((split, i) => [split, files[i]?.file]));
  return data.source === undefined ? { ...data, ...paths } : { ...data, source: files[0]?.file ?? data.source };
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

function missingFinding(file: string, { field, message, fix }: MissingFile): CheckFinding {
  return { code: 'FilesMissing', message: `${field}: ${message}`, fix, file, count: 1, places: [{ file }] };
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
