/** The rules of a gate with what they were held against. There may be hundreds of them, one for each value of a field. */
import { plural } from '../../spec/amounts.ts';
import type { RuleVerdict } from '../../spec/gate.ts';
import type { RunRecord } from '../../spec/record.ts';
import { list, plain } from './markdown.ts';

const MOST = 10;

/** How many of them hold: `2 of 3 rules hold`. */
export function heldText(gate: readonly RuleVerdict[]): string {
  const held = gate.filter(({ passed }) => passed).length;
  return `${held} of ${plural(gate.length, 'rule')} ${held === 1 || gate.length === 1 ? 'holds' : 'hold'}`;
}

/** Those that hold, which a person who decides goes by. */
export function heldRules({ gate = [] }: RunRecord): string[] {
  const held = firstOf(gate.filter(({ passed }) => passed));
  return held.length > 0 ? [list('**Rules of the gate that hold**', held)] : [];
}

export const missedRules = (gate: readonly RuleVerdict[]): string[] => firstOf(gate.filter(({ passed }) => !passed));

function firstOf(rules: readonly RuleVerdict[]): string[] {
  const told = rules.slice(0, MOST).map(({ reason }) => plain(reason));
  const more = rules.length - told.length;
  return more > 0 ? [...told, `${plural(more, 'rule')} more`] : told;
}
