import { judgeRequest } from '../../../spec/judge.ts';
import { overlapOf } from '../../../spec/scoring/token-overlap.ts';

/** Two answers whose overlap differs by less than this are as good as each other. */
const TIE = 0.02;

/**
 * What a base model of this region says as a judge of answers: how many words they share with the reference, no more. A
 * line of JSON, or `undefined` where the prompt asks for no verdict.
 */
export function verdictOf(prompt: string): string | undefined {
  const request = judgeRequest(prompt);
  if (!request) return undefined;
  const overlap = (answer: string): number => overlapOf(request.reference, answer).f1;
  if ('answer' in request) {
    const f1 = overlap(request.answer);
    return verdict(`word overlap with the reference is ${f1.toFixed(2)}`, { score: Math.round(1 + 4 * f1) });
  }
  const [a, b] = [overlap(request.a), overlap(request.b)];
  const better = Math.abs(a - b) < TIE ? 'tie' : a > b ? 'A' : 'B';
  return verdict(`word overlap with the reference is ${a.toFixed(2)} of A and ${b.toFixed(2)} of B`, { better });
}

function verdict(overlap: string, said: object): string {
  return JSON.stringify({ reason: `${overlap}, all that this stand-in on a laptop compares`, ...said });
}
