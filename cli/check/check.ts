/** `temper check`: a spec with its files and data, or data by itself. */
import { dirname, resolve } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { type CheckProgress, checkData } from '../../activities/data/check/check-data.ts';
import { type FixedCopy, type FixOptions, fixData, leakKey } from '../../activities/data/check/fix-data.ts';
import { missingFiles } from '../../activities/data/source.ts';
import { findLocalFiles } from '../../activities/data/source-files.ts';
import { doubtsOf } from '../../spec/bedrock/doubts.ts';
import type { CheckReport, FamilyReport, FixedReport } from '../../spec/check.ts';
import type { Place } from '../../spec/data/problems.ts';
import type { DataReport } from '../../spec/data/report.ts';
import { isBedrock } from '../../spec/engine.ts';
import { misfits } from '../../spec/fit.ts';
import { fieldsOf } from '../../spec/gate.ts';
import { isS3 } from '../../spec/inputs.ts';
import { watchedFields } from '../../spec/monitoring/features.ts';
import { parseSpec } from '../../spec/parse.ts';
import { SPLITS } from '../../spec/record.ts';
import { data as dataSchema } from '../../spec/schema/data.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { usageError, whyUnreadable } from '../errors.ts';
import { formatBytes } from '../rendering/format.ts';
import { answerSchemaProblem } from '../runs/answer-schema.ts';
import { readSpecText } from '../runs/read-spec.ts';
import { dataFinding, doubtFinding, missingFinding, specFinding } from './findings.ts';
import { type AskedFor, familiesOf, type Targets, targetsOf } from './targets.ts';

export interface CheckOptions {
  /** Where to write a corrected copy of the data. */
  readonly out?: string | undefined;
  /** Models of Bedrock to hold it against. */
  readonly asked?: AskedFor;
}

/** Everything that is wrong with a file. Throws a user error only where it cannot be looked at. */
export async function check(context: Context, file: string, options: CheckOptions = {}): Promise<CheckReport> {
  return /\.ya?ml$/.test(file) ? checkSpec(context, file, options) : checkAlone(context, file, options);
}

async function checkSpec(context: Context, file: string, { out, asked = {} }: CheckOptions): Promise<CheckReport> {
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
  const targets = targetsOf(asked, parsed.ok ? parsed.spec : undefined);
  const rows = await checkRows(context, data, { directory, region, out, targets });
  const report = parsed.ok ? withoutUsed(rows, parsed.spec) : rows;
  if (parsed.ok) {
    const unfit = report.kind === undefined ? [] : misfits(parsed.spec, report.kind);
    const schemaProblem = await answerSchemaProblem(parsed.spec);
    const messages = unfit.map(({ steps, message }) => `${steps.join('.')}: ${message}`);
    for (const message of [...messages, ...(schemaProblem ? [schemaProblem] : [])]) {
      errors.push({ code: 'invalid_value', message, file, count: 1, places: [{ file }] });
    }
  }
  const warnings = parsed.ok && isBedrock(parsed.spec) ? doubtsOf(parsed.spec) : [];
  return together(file, { errors, warnings: warnings.map((doubt) => doubtFinding(file, doubt)) }, report);
}

/** Fields that no script gets may be those that rules are held by, and drift is measured by. */
function withoutUsed(report: RowsReport, spec: Spec): RowsReport {
  const used = new Set([...fieldsOf(spec.gate), ...watchedFields(spec)]);
  const { unusedFields } = report.stats;
  const left = Object.entries(unusedFields).filter(([field]) => !used.has(field));
  return { ...report, stats: { ...report.stats, unusedFields: Object.fromEntries(left) } };
}

async function checkAlone(context: Context, file: string, { out, asked = {} }: CheckOptions): Promise<CheckReport> {
  if (!isS3(file) && (await findLocalFiles(file, context.cwd)).length === 0) {
    throw usageError('FileUnreadable', `cannot read ${file}: no such file, or no data in it`, 'correct the path');
  }
  // Not to be divided, so that all rows may be asked with, and none are too few.
  const data = dataSchema.parse({ train: file });
  const targets = targetsOf(asked, undefined);
  const report = await checkRows(context, data, { directory: context.cwd, out, targets, inItsFormat: true });
  return together(file, { errors: [], warnings: [] }, report);
}

/** @param spec what is wrong with the file itself */
function together(file: string, spec: Pick<CheckReport, 'errors' | 'warnings'>, report: RowsReport): CheckReport {
  const { fixed, families, ...rest } = report;
  const [required] = report.required ? families : [];
  const errors = [...spec.errors, ...rest.errors.map(dataFinding), ...(required?.errors ?? [])];
  const { format, kind, stats } = rest;
  return {
    ...(format && { format }),
    ...(kind && { kind }),
    stats,
    ok: errors.length === 0 && (families.length === 0 || families.some(({ fits }) => fits)),
    file,
    errors,
    warnings: [...spec.warnings, ...rest.warnings.map(dataFinding), ...(required?.warnings ?? [])],
    ...(families.length > 0 ? { families } : {}),
    ...(fixed ? { fixed: { ...fixed, ok: fixed.ok && spec.errors.length === 0 } } : {}),
  };
}

interface RowsReport extends Omit<DataReport, 'targets'>, Pick<CheckReport, 'fixed'> {
  readonly families: readonly FamilyReport[];
  /** Whether the data is to fit the first of them. */
  readonly required: boolean;
}

interface Where {
  readonly directory: string;
  readonly region?: string | undefined;
  readonly out: string | undefined;
  readonly targets: Targets;
  /** Whether a copy is written as the model takes it. */
  readonly inItsFormat?: boolean;
}

async function checkRows(context: Context, data: Spec['data'], where: Where): Promise<RowsReport> {
  const { directory, region, out, targets, inItsFormat = false } = where;
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
    const { answers, required } = targets;
    const looked = targets.candidates.map(({ target }) => target);
    const root = { directory, s3, signal, answers };
    const checked = await checkData(data, { ...root, targets: looked, onLeak, onProgress: progressLine(context) });
    const { targets: reports, ...rest } = checked;
    const report = { ...rest, families: familiesOf(targets, reports), required };
    if (out === undefined) return report;
    const labels = report.stats.parts.train?.labels;
    const trained = labels && new Set(Object.keys(labels));
    const target = required ? looked[0] : undefined;
    const options = { ...root, out: resolve(context.cwd, out), leaks, trained, target, inItsFormat };
    return { ...report, fixed: await fix(context, data, options) };
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
  const { target, inItsFormat = false } = options;
  const section = fixedSection(data, copy, inItsFormat && target !== undefined);
  const { ok, targets } = await checkData(section, { ...options, targets: target ? [target] : [] });
  return { ok: ok && targets.every(({ errors }) => errors.length === 0), ...copy };
}

/**
 * The data section with the copies in place of what they were made from.
 *
 * @param anew whether they are written in a format that is none of the source's
 */
function fixedSection(data: Spec['data'], { files }: FixedCopy, anew: boolean): Spec['data'] {
  const named = SPLITS.filter((split) => data[split] !== undefined);
  if (anew) return dataSchema.parse({ train: files[0]?.file });
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
