/** A metric of what a served model answered. */

import { estimate } from '../../spec/bootstrap.ts';
import type { LiveEvidence } from '../../spec/monitoring/evidence.ts';
import { type LiveMetric, liveVerdict, parseLiveRule } from '../../spec/monitoring/live.ts';
import { questionIn } from '../../spec/monitoring/observe.ts';
import { windowOf } from '../../spec/monitoring/window.ts';
import { answerIn } from '../../spec/scoring/answers.ts';
import { type PredictionRow, rowScores } from '../../spec/scoring/row-scores.ts';
import { scorerFor } from '../../spec/scoring/scorer.ts';
import type { Spec } from '../../spec/spec.ts';
import type { AwsClients } from '../aws.ts';
import { inTurns } from '../in-turns.ts';
import { answerReader, trafficRead, type WatchQuestion } from './drift.ts';
import { Labels } from './labels.ts';
import { readTraffic } from './traffic.ts';
import { championOf, trafficOf, watchedOf } from './watched.ts';

export interface LiveQuestion extends WatchQuestion {
  /** Its data's format and columns are those of the labels. */
  readonly spec: Spec;
  readonly liveMetric: LiveMetric;
}

/**
 * Scores what the newest version of a name answered of late, as far as there are labels for it; where
 * there is nothing to score, the reason says why.
 */
export async function measureLive(
  clients: AwsClients,
  { name, bucket, at, judgedAt, spec, liveMetric }: LiveQuestion,
  signal?: AbortSignal,
): Promise<LiveEvidence> {
  const nothing = { due: false, joined: 0, labels: 0, unlabelled: 0, unmatched: 0, unread: 0 };
  const champion = await championOf(clients, bucket, name);
  if (!champion) return { ...nothing, reason: `no version of ${name} was handed over yet` };
  const { card } = champion;
  const found = { ...nothing, champion: watchedOf(champion) };
  const source = await trafficOf(clients, card);
  if (typeof source === 'string') return { ...found, reason: source };
  const labels = await Labels.read(liveMetric.labels, spec, () => clients.s3, signal);

  const { data, spec: served } = card.record;
  const kind = data?.kind ?? 'prompt';
  const known = card.model.engine === 'bedrock' && kind === 'classification' ? data?.labels : undefined;
  const schema = served.evaluate && 'schema' in served.evaluate ? served.evaluate.schema : undefined;
  const scorer = scorerFor(kind, { labels: known, schema });
  const { metric } = parseLiveRule(liveMetric.rule);
  const rows = rowScores(metric, known && ((answer) => known.includes(answer)));
  const readAnswer = answerReader(card);
  const window = windowOf({ window: liveMetric.window, at, handedOverAt: card.handedOverAt, judgedAt });
  const traffic = readTraffic(clients.s3, source, window, signal);
  let [joined, unlabelled] = [0, 0];
  for await (const { question, answer, inferenceId } of traffic) {
    const said = answerIn(answer, kind);
    const label = said === undefined ? undefined : labels.find(inferenceId, questionIn(question).text);
    if (said === undefined || label === undefined) {
      unlabelled += 1;
      continue;
    }
    label.answers.push(joined);
    joined += 1;
    rows.add(scorer.add({ expected: label.right, prediction: readAnswer(said) }) as PredictionRow);
  }
  const { unread, firstUnread } = labels;
  const answered = labels.answered();
  const tally = { joined, labels: answered.length, unlabelled, unmatched: labels.count - answered.length, unread };
  const options = { confidence: liveMetric.confidence, seed: JSON.stringify([card.run, metric]) };
  const scores = joined > 0 && {
    metrics: scorer.scores().metrics,
    bounds: await inTurns(estimate(rows, answered, options), signal),
  };
  const measured = { ...tally, ...scores };
  return {
    ...found,
    ...measured,
    ...liveVerdict(measured, liveMetric, window),
    ...(firstUnread && { firstUnread }),
    traffic: trafficRead(traffic, window),
  };
}
