/**
 * The names of everything a run creates. A name is the idempotency key of its create call: derived from the run, the
 * step and the attempt and from nothing else, so that a retry meets what is already there.
 */

/** A run's name and its short id: `temper/product-reviews/7f3a9c` is `{ name: 'product-reviews', id: '7f3a9c' }`. */
export interface RunRef {
  readonly name: string;
  readonly id: string;
}

/** Longest model name, such that every name derived from it keeps the services' limit of 63 characters. */
export const MAX_NAME_LENGTH = 37;

/** What SageMaker accepts in names, in lower case, so that S3 keys and endpoint names read the same. */
export const NAME_PATTERN = /^[a-z0-9](?:-?[a-z0-9])*$/;

export const RUN_ID_PATTERN = /^[a-z0-9]{4,10}$/;

const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 6;

/** An id for a new run. @param below gives a random whole number from 0 up to, and without, the one that it is given */
export function newRunId(below: (limit: number) => number): string {
  return Array.from({ length: ID_LENGTH }, () => ID_LETTERS[below(ID_LETTERS.length)]).join('');
}

/** Workers poll this queue for workflows and for every activity that needs no local files. */
export const PIPELINE_TASK_QUEUE = 'temper';

/** The Worker Deployment of those workers; each workflow bundle is a version of it. */
export const WORKER_DEPLOYMENT = 'temper';

export function workflowIdOf(run: RunRef): string {
  return `temper/${run.name}/${run.id}`;
}

/** The inverse of {@link workflowIdOf}, or `undefined` where the text is not a run's workflow id. */
export function parseWorkflowId(workflowId: string): RunRef | undefined {
  const [prefix, name, id, ...rest] = workflowId.split('/');
  if (prefix !== 'temper' || !name || !id || rest.length > 0) return undefined;
  return NAME_PATTERN.test(name) && RUN_ID_PATTERN.test(id) ? { name, id } : undefined;
}

/** The Temporal Schedule that retrains a model; a name has one at most. */
export function scheduleIdOf(name: string): string {
  return `temper/${name}`;
}

/** The inverse of {@link scheduleIdOf}, or `undefined` where the text is not a schedule of temper's. */
export function parseScheduleId(scheduleId: string): string | undefined {
  const [prefix, name, ...rest] = scheduleId.split('/');
  return prefix === 'temper' && name && rest.length === 0 && NAME_PATTERN.test(name) ? name : undefined;
}

/** What the workflow ids of a schedule's firings begin with; Temporal appends `-` and the time that it was scheduled for. */
export function firingIdOf(name: string): string {
  return `temper-retrain/${name}`;
}

/** The queue on which the machine that has the run's local files offers to upload them. */
export function inputsTaskQueue(run: RunRef): string {
  return `temper-inputs/${run.name}/${run.id}`;
}

const base = (run: RunRef): string => `${run.name}-${run.id}`;

/** A later attempt is deliberate and gets a name of its own; the first carries no number. */
export function trainingJobName(run: RunRef, attempt = 1): string {
  return attempt === 1 ? `${base(run)}-train` : `${base(run)}-train-${attempt}`;
}

/** Who takes part in an evaluation. */
export const CONTENDERS = ['base', 'champion', 'candidate'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** The candidate's SageMaker model serves the endpoint later, so it carries the run's own name. */
export function modelName(run: RunRef, contender: Contender): string {
  return contender === 'candidate' ? base(run) : `${base(run)}-${contender}`;
}

export function transformJobName(run: RunRef, contender: Contender, attempt = 1): string {
  const first = `${base(run)}-eval-${contender}`;
  return attempt === 1 ? first : `${first}-${attempt}`;
}

/** Bedrock's custom models have names of their own, which must be new as well: a later attempt's is another one. */
export function customModelName(run: RunRef, attempt = 1): string {
  return attempt === 1 ? base(run) : `${base(run)}-${attempt}`;
}

/** The candidate's own deployment, where the name that serves is taken. */
export function candidateDeploymentName(run: RunRef): string {
  return `${base(run)}-candidate`;
}

/** The champion's own deployment, where none that serves has its model. */
export function championDeploymentName(run: RunRef): string {
  return `${base(run)}-champion`;
}

/** A batch inference or evaluation job of Bedrock. */
export function evaluationJobName(run: RunRef, contender: Contender): string {
  return `${base(run)}-eval-${contender}`;
}

/** The workflow that ends a provisioned throughput of a run when its time is over. */
export function guardIdOf(run: RunRef, whose: 'candidate' | 'champion' | 'served'): string {
  return `temper-time-to-live/${run.name}/${run.id}/${whose}`;
}

/** Imported models cannot be updated, so that each run's has a name of its own. */
export function importedModelName(run: RunRef, served: string): string {
  return `${served}-${run.id}`;
}

export function importJobName(run: RunRef): string {
  return `${base(run)}-import`;
}

export function endpointConfigName(run: RunRef): string {
  return base(run);
}

/**
 * What the names of all that runs create in SageMaker look like, except for endpoints, which people name. Others may be
 * called so too: their tags tell.
 */
export const MADE_BY_A_RUN =
  /^[a-z0-9](?:-?[a-z0-9])*-[a-z0-9]{4,10}(?:-\d+|-base|-candidate|-champion|-import|-train(?:-\d+)?|-eval-(?:base|champion|candidate))?$/;

/**
 * The file that a split's S3 prefix holds; `inputs` is the test split without its labels, `slices` what gate rules hold it by,
 * `fields` what drift is measured by beside the training split.
 */
export function splitFile(split: 'train' | 'validation' | 'test' | 'inputs' | 'slices' | 'fields'): string {
  return `${split}.jsonl`;
}

/** Everything that runs leave in the bucket lies under these prefixes. */
export const s3Keys = {
  root: 'temper/',
  dataSet: (name: string, sha256: string): string => `temper/${name}/data/${sha256}/`,
  source: (name: string, sha256: string): string => `temper/${name}/source/${sha256}/sourcedir.tar.gz`,
  runOutput: (run: RunRef): string => `temper/${run.name}/runs/${run.id}/`,
  evaluation: (run: RunRef, contender: Contender): string =>
    `temper/${run.name}/runs/${run.id}/evaluation/${contender}/`,
  judge: (run: RunRef): string => `temper/${run.name}/runs/${run.id}/evaluation/judge/`,
  /** What its endpoint is asked and answers; SageMaker puts the endpoint's name and the time behind it. */
  capture: (name: string): string => `temper/${name}/capture/`,
  /** Model cards, one for each model that was handed over; their keys sort by the time of that. */
  modelCards: (name: string): string => `temper/${name}/models/`,
  /** The ledger of a schedule: a card for each firing; their keys sort by the time of its decision. */
  firings: (name: string): string => `temper/${name}/retraining/firings/`,
  /** Which firing of a schedule has its turn. */
  turn: (name: string): string => `temper/${name}/retraining/turn.json`,
  /** What the data of a name consisted of when a firing last looked. */
  dataSeen: (name: string): string => `temper/${name}/retraining/data/seen.json`,
  /** What the data consisted of that a run of a schedule was started with. */
  dataManifest: (run: RunRef): string => `temper/${run.name}/retraining/data/${run.id}.json`,
  /** Who asked for the firing that is scheduled for that time, ISO 8601, and why. Temporal schedules to the second. */
  firingRequest: (name: string, scheduledAt: string): string =>
    `temper/${name}/retraining/requests/${scheduledAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '')}.json`,
} as const;

/** Tags on every resource. A create that finds its name taken attaches when all of them match. */
export const TAGS = {
  run: 'temper:run',
  name: 'temper:name',
  step: 'temper:step',
  request: 'temper:request',
  /** Of a custom model of Bedrock whose run is through with it: `passed`, `rejected` or `declined`. */
  outcome: 'temper:outcome',
  /** Of an imported model of Bedrock: the name under which it serves, as its own is of its run. */
  served: 'temper:served',
} as const;

/** What a run gives with each question to Bedrock, so that logs tell its questions from those of callers. */
export const askedBy = (run: RunRef): Record<string, string> => ({ [TAGS.run]: workflowIdOf(run) });
