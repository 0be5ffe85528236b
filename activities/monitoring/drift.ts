/** Drift of what a served model is asked. */
import { DriftCounter, type DriftLimits, driftVerdict } from '../../spec/monitoring/drift.ts';
import type { DriftEvidence, TrafficRead } from '../../spec/monitoring/evidence.ts';
import { questionIn } from '../../spec/monitoring/observe.ts';
import { type Window, windowOf } from '../../spec/monitoring/window.ts';
import { answerIn } from '../../spec/scoring/answers.ts';
import { labelReader } from '../../spec/scoring/labels.ts';
import type { ModelCard } from '../../spec/version.ts';
import type { AwsClients } from '../aws.ts';
import { referenceFor } from './reference.ts';
import { readTraffic, type Traffic } from './traffic.ts';
import { championOf, trafficOf, watchedOf } from './watched.ts';

export interface WatchQuestion {
  /** Of the model. */
  readonly name: string;
  /** That its versions lie in. */
  readonly bucket: string;
  /** When it is looked, ISO 8601: what is asked later does not count. */
  readonly at: string;
  /** When the last run that was judged was decided on, of a schedule: what was asked before does not count. */
  readonly judgedAt?: string | undefined;
}

/**
 * Holds what the newest version of a name was asked of late against what it was trained on. Streams both;
 * where there is nothing to measure, the reason says why.
 */
export async function measureDrift(
  clients: AwsClients,
  { name, bucket, at, judgedAt, limits }: WatchQuestion & { readonly limits: DriftLimits },
  signal?: AbortSignal,
): Promise<DriftEvidence> {
  const champion = await championOf(clients, bucket, name);
  if (!champion) return { due: false, reason: `no version of ${name} was handed over yet` };
  const { card } = champion;
  const found = { due: false, champion: watchedOf(champion) };
  const source = await trafficOf(clients, card);
  if (typeof source === 'string') return { ...found, reason: source };
  const readAnswer = answerReader(card);
  const reference = await referenceFor(clients.s3, { name, card, of: limits.of, readAnswer, signal });
  if (typeof reference === 'string') return { ...found, reason: reference };

  const window = windowOf({ window: limits.window, at, handedOverAt: card.handedOverAt, judgedAt });
  const traffic = readTraffic(clients.s3, source, window, signal);
  const counter = new DriftCounter(reference, limits);
  const kind = card.record.data?.kind ?? 'prompt';
  for await (const { question, answer } of traffic) {
    const said = answerIn(answer, kind);
    counter.add({ ...questionIn(question), ...(said !== undefined && { answer: readAnswer(said) }) });
  }
  const measure = counter.measure();
  return { ...found, ...driftVerdict(measure, limits, window), traffic: trafficRead(traffic, window), measure };
}

/** A model of Bedrock may say anything: labels are read out of its answers. */
export function answerReader({ model, record: { data } }: ModelCard): (said: string) => string {
  return model.engine === 'bedrock' && data?.kind === 'classification' ? labelReader(data.labels) : (said) => said;
}

export const trafficRead = ({ tally }: Traffic, window: Window): TrafficRead => ({ ...window, ...tally });
