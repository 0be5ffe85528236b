/** Whether what a spec asks of a model fits the kind of its examples, and can be measured. */
import type { Kind } from './data/examples.ts';
import { type GateRule, textOf } from './gate.ts';
import { bedrockMetric, METRICS, METRICS_OF, type Metric } from './metrics.ts';

/** The parts of a spec that name metrics. */
export interface Scoring {
  readonly evaluate?: { readonly metrics?: readonly Metric[] | undefined } | undefined;
  readonly gate: readonly GateRule[];
  /** As it is written, or filled in. */
  readonly approve?: string | { readonly between?: { readonly metric: Metric } | undefined } | undefined;
  readonly retrain?:
    | {
        readonly when?:
          | {
              readonly drift?: { readonly of: readonly string[] } | undefined;
              readonly liveMetric?: { readonly rule: string } | undefined;
            }
          | undefined;
      }
    | undefined;
}

/** The same, with what some of the metrics need. */
export interface Measuring extends Scoring {
  readonly evaluate?:
    | {
        readonly metrics?: readonly Metric[] | undefined;
        readonly schema?: object | undefined;
        readonly judge?: { readonly against?: string | undefined } | undefined;
        readonly job?: { readonly metrics: readonly string[] } | undefined;
      }
    | undefined;
}

/** Something in the spec that does not fit. */
export interface Misfit {
  /** `['gate', 0]` */
  readonly steps: readonly (string | number)[];
  readonly message: string;
}

/** What does not fit: known as soon as the kind is, before anything is sent or paid. */
export function misfits(spec: Scoring, kind: Kind): Misfit[] {
  return [...scoringMisfits(spec, kind), ...watchingMisfits(spec, kind)];
}

/** Of what a served model is watched by. */
function watchingMisfits({ retrain }: Scoring, kind: Kind): Misfit[] {
  const { drift, liveMetric } = retrain?.when ?? {};
  const [wrong, right] = kind === 'classification' ? ['answer', 'label'] : ['label', 'answer'];
  const place = drift?.of.indexOf(wrong) ?? -1;
  const metric = liveMetric && metricOf(liveMetric.rule);
  const steps = ['retrain', 'when'];
  return [
    ...(place < 0
      ? []
      : [{ steps: [...steps, 'drift', 'of', place], message: `${kind} examples have no ${wrong}; name ${right}` }]),
    ...(metric && !METRICS_OF[kind].includes(metric)
      ? [{ steps: [...steps, 'liveMetric', 'rule'], message: `${metric} does not fit ${kind} examples` }]
      : []),
  ];
}

function scoringMisfits({ evaluate, ...spec }: Scoring, kind: Kind): Misfit[] {
  if (!evaluate) return [];
  const fitting = METRICS_OF[kind];
  if (fitting.length === 0) {
    const message =
      'plain text holds no answers to score; leave evaluate and gate out, and watch the metrics of the job';
    return [{ steps: ['evaluate'], message }];
  }
  const usual = fitting.filter((metric) => !/^(judge|bedrock)_/.test(metric)).join(', ');
  return named({ evaluate, ...spec })
    .filter(({ metric }) => !fitting.includes(metric))
    .map(({ steps, metric }) => ({ steps, message: `${metric} does not fit ${kind} examples; these do: ${usual}` }));
}

/** AWS's default quotas of most models for the records of a batch inference job and of a file. */
const [LEAST_BATCH_ROWS, MOST_BATCH_ROWS] = [100, 50_000];

/** Why a test split of so many rows cannot be asked in the way that the spec says; `undefined` where it can. */
export function rowsProblem(by: string | undefined, rows: number): string | undefined {
  if (by !== 'batch' || (rows >= LEAST_BATCH_ROWS && rows <= MOST_BATCH_ROWS)) return undefined;
  const range = `${LEAST_BATCH_ROWS} to ${MOST_BATCH_ROWS.toLocaleString('en')}`;
  return `evaluate.by: batch takes test splits of ${range} rows, and this one has ${rows}; set by: converse`;
}

/** Metrics that need what the spec does not have. */
export function unmeasured({ evaluate, ...spec }: Measuring): Misfit[] {
  if (!evaluate) return [];
  return named({ evaluate, ...spec }).flatMap(({ steps, metric }) => {
    const needs = needOf(metric, evaluate);
    return needs === undefined ? [] : [{ steps, message: `${metric} needs ${needs}` }];
  });
}

function needOf(metric: Metric, { schema, judge, job }: NonNullable<Measuring['evaluate']>): string | undefined {
  switch (metric) {
    case 'json_schema':
      return schema ? undefined : 'the JSON schema of an answer in evaluate.schema';
    case 'judge_score':
      return judge ? undefined : 'a model that judges in evaluate.judge';
    case 'judge_win_rate':
      return judge?.against ? undefined : 'a model that judges in evaluate.judge, against: base';
    default:
      if (!metric.startsWith('bedrock_') || job?.metrics.some((name) => bedrockMetric(name) === metric))
        return undefined;
      return 'evaluate.by: bedrock-job, with the metric in evaluate.job.metrics';
  }
}

/** Each metric that the spec names, with its place. */
function named({ evaluate, gate, approve }: Scoring): { readonly steps: Misfit['steps']; readonly metric: Metric }[] {
  const asked = (evaluate?.metrics ?? []).map((metric, i) => ({ steps: ['evaluate', 'metrics', i], metric }));
  const ruled = gate.flatMap((rule, i) => {
    const metric = metricOf(textOf(rule));
    return metric ? [{ steps: ['gate', i], metric }] : [];
  });
  const zone = typeof approve === 'object' ? approve.between : undefined;
  return [...asked, ...ruled, ...(zone ? [{ steps: ['approve', 'between', 'metric'], metric: zone.metric }] : [])];
}

/** A rule begins with its metric; whether it is a rule at all is told elsewhere. */
function metricOf(rule: string): Metric | undefined {
  const name = /\w+/.exec(rule)?.[0];
  return METRICS.find((metric) => metric === name);
}
