import { verdictOf } from './verdict.ts';

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const MENTIONED = 5;

/**
 * What a base model says in this region, which has none: a verdict where it is asked to judge, else that it is a stand-in
 * and a few words of the prompt, so that different prompts have different answers. The same prompt always has the same.
 */
export function untrainedAnswer(modelId: string, prompt: string): string {
  const verdict = verdictOf(prompt);
  if (verdict !== undefined) return verdict;
  const words = [...new Set(prompt.match(WORD) ?? [])];
  const longest = new Set([...words].sort((a, b) => b.length - a.length).slice(0, MENTIONED));
  const about = words.filter((word) => longest.has(word)).join(', ');
  return `I stand in for ${modelId} on a laptop and have learned nothing${about === '' ? '' : ` of ${about}`}.`;
}
