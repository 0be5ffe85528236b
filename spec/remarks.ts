/** What to know of an evaluation beside its scores, in words: the same on the terminal and in the Temporal UI. */

import type { Answering, Evaluation, Judged } from './evaluation.ts';
import { CONTENDERS, type Contender } from './naming.ts';
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

/** A line each; none where there is nothing to know. */
export function remarks(evaluations: { readonly [C in Contender]?: Evaluation }): string[] {
  const answers = CONTENDERS.flatMap((who) => {
    const answering = evaluations[who]?.answering;
    return answering ? ofAnswers(who, answering) : [];
  });
  const judged = evaluations.candidate?.judged;
  return [...answers, ...(judged ? ofJudge(judged) : [])];
}
