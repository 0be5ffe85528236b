/** What to know of an evaluation beside its scores, in words: the same on the terminal and in the Temporal UI. */

import { isOfOtherEngine } from './champion.ts';
import type { Answering, Judged } from './evaluation.ts';
import { CONTENDERS, type Contender } from './naming.ts';
import type { RunRecord } from './record.ts';
import type { Pairs } from './scoring/judgement.ts';

const REASON_LENGTH = 200;

const count = (rows: number, what: string): string => `${rows.toLocaleString('en')} ${what}${rows === 1 ? '' : 's'}`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

function ofAnswers(who: Contender, { unanswered, unlabelled = 0, cut }: Answering): string[] {
  return [
    ...(unanswered
      ? [`${who}: ${count(unanswered.rows, 'row')} without an answer: ${unanswered.reason.slice(0, REASON_LENGTH)}`]
      : []),
    ...(unlabelled > 0
      ? [`${who}: ${count(unlabelled, 'answer')} that ${unlabelled === 1 ? 'is' : 'are'} no label`]
      : []),
    ...(cut > 0 ? [`${who}: ${count(cut, 'answer')} cut at evaluate.maxTokens`] : []),
  ];
}

function ofPairs({ wins, ties, losses, winRate, disagreement }: Pairs): string {
  const counts = `won ${wins}, tied ${ties}, lost ${losses}, ± ${winRate.deviation.toFixed(2)}`;
  return `judge: ${counts}; the order decided ${percent(disagreement)}`;
}

function ofJudge({ model, rows, unread, score, pairs }: Judged): string[] {
  const spread = score ? `, score ${score.mean.toFixed(2)} ± ${score.deviation.toFixed(2)}` : '';
  return [
    `judge ${model}: ${count(rows, 'row')}${spread}`,
    ...(pairs ? [ofPairs(pairs)] : []),
    ...(unread > 0 ? [`judge: ${count(unread, 'verdict')} could not be read`] : []),
  ];
}

/** How a champion was asked that the run's own engine cannot ask. */
function ofChampion({ spec, champion, evaluations }: Remarkable): string[] {
  const evaluation = evaluations?.champion;
  if (!champion || !evaluation || !isOfOtherEngine(spec, champion.spec)) return [];
  const { evaluate: how } = champion.spec;
  const { answering } = evaluation;
  const way = how.by === 'transform' ? `by batch transform on ${how.instance}` : `by Converse of ${answering?.modelId}`;
  const made = champion.model.run ? `, of ${champion.model.run}` : '';
  return [`champion: a model of ${how.by === 'transform' ? 'SageMaker' : 'Bedrock'}${made}, asked ${way}`];
}

type Remarkable = Pick<RunRecord, 'spec' | 'champion' | 'evaluations'>;

/** A line each; none where there is nothing to know. */
export function remarks(record: Remarkable): string[] {
  const { evaluations = {} } = record;
  const answers = CONTENDERS.flatMap((who) => {
    const answering = evaluations[who]?.answering;
    return answering ? ofAnswers(who, answering) : [];
  });
  const judged = evaluations.candidate?.judged;
  return [...ofChampion(record), ...answers, ...(judged ? ofJudge(judged) : [])];
}
