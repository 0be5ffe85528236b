/** Versions of a name: the models that its runs handed over, in the order of their hand-over. Pure. */

import type { Deployment } from './deployment.ts';
import { servedName } from './engine.ts';
import type { ScoreSummary } from './metrics.ts';
import type { Contender } from './naming.ts';
import type { CustomModelRef, ModelRef, RunRecord, StartedBy } from './record.ts';
import type { RetrainDecision } from './retrain.ts';

const HANDED_DOWN = [
  'spec',
  'account',
  'startedBy',
  'decision',
  'data',
  'source',
  'base',
  'champion',
  'model',
  'evaluations',
  'gate',
  'approval',
] as const;

/** What a version keeps of its run's record: why it serves, and all that it takes to serve it again when the run is forgotten. */
export type HandedDown = Pick<RunRecord, (typeof HANDED_DOWN)[number]>;

export function handedDown(record: RunRecord): HandedDown {
  return Object.fromEntries(
    HANDED_DOWN.filter((fact) => record[fact] !== undefined).map((fact) => [fact, record[fact]]),
  ) as unknown as HandedDown;
}

/** Lies in the bucket for each version, under a key that begins with the time of its hand-over. Written once. */
export interface ModelCard {
  /** RUN_VERSION of the code that wrote it. */
  readonly version: number;
  /** Workflow id of the run that handed it over. */
  readonly run: string;
  /** ISO 8601. */
  readonly handedOverAt: string;
  readonly model: ModelRef | CustomModelRef;
  readonly record: HandedDown;
}

/** A version, as `temper history` tells of it. */
export interface Version {
  /** From 1, in the order of hand-over. */
  readonly version: number;
  readonly run: string;
  readonly startedBy?: StartedBy;
  /** Of a version that a schedule trained: why it did. */
  readonly decision?: RetrainDecision;
  readonly engine: 'sagemaker' | 'bedrock';
  /** Artifact in S3, or ARN of the custom model. */
  readonly model: string;
  /** Hash of the data set that it was trained on. */
  readonly data?: string;
  readonly scores: { readonly [C in Contender]?: ScoreSummary };
  readonly gate: NonNullable<RunRecord['gate']>;
  readonly approval?: NonNullable<RunRecord['approval']>;
  readonly handedOverAt: string;
  /** What it was put on; absent where it was to be served nowhere. */
  readonly serves?: { readonly to: Deployment['to']; readonly name: string };
  /** When a later version took its place there; absent where none has. */
  readonly until?: string;
  /** What AWS says of that place; absent where it was not to be found out. */
  readonly now?: Now;
}

/** What has the name of a version that none took the place of: its model, something else, which nobody asked Temper for, or nothing. */
export type Now =
  | { readonly state: 'serves' | 'gone' }
  | {
      readonly state: 'other';
      /** The endpoint's config, or ARN of the model. */
      readonly model: string;
      /** Workflow id of the run that made it, where one did. */
      readonly run?: string;
    };

/** A card and its number. */
export interface NumberedCard {
  readonly number: number;
  readonly card: ModelCard;
}

/** Artifact in S3, or ARN of the custom model. */
export const modelOf = ({ model }: ModelCard): string =>
  model.engine === 'sagemaker' ? model.artifact : model.customModel;

/** What the version was put on; absent where it was to be served nowhere. */
export function servesOf({ record: { spec } }: ModelCard): Version['serves'] {
  const { to } = spec.deploy;
  return to === 'none' ? undefined : { to, name: servedName(spec) };
}

/** The same for whatever takes its place there. */
export function placeOf(card: ModelCard): string | undefined {
  const serves = servesOf(card);
  return serves && `${serves.to} ${serves.name}`;
}

/** @param cards newest first, without gaps from the newest version on: they tell until when the others served */
export function versionsOf(cards: readonly NumberedCard[]): Version[] {
  const takenAt = new Map<string, string>();
  return cards.map(({ number, card }) => {
    const { run, handedOverAt, model, record } = card;
    const { startedBy, decision, data, evaluations = {}, gate = [], approval } = record;
    const serves = servesOf(card);
    const place = placeOf(card);
    const until = place && takenAt.get(place);
    if (place) takenAt.set(place, handedOverAt);
    return {
      version: number,
      run,
      ...(startedBy && { startedBy }),
      ...(decision && { decision }),
      engine: model.engine,
      model: modelOf(card),
      ...(data && { data: data.sha256 }),
      scores: Object.fromEntries(Object.entries(evaluations).map(([who, { scores }]) => [who, scores])),
      gate,
      ...(approval && { approval }),
      handedOverAt,
      ...(serves && { serves }),
      ...(until && { until }),
    };
  });
}
