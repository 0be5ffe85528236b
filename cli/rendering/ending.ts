import { advice } from '../../spec/advice.ts';
import type { Kind } from '../../spec/data/examples.ts';
import { isBedrock, jobKind } from '../../spec/engine.ts';
import { isPipelineCode } from '../../spec/errors/pipeline.ts';
import { untoldText } from '../../spec/notices/notice.ts';
import type { Outcome, RunRecord } from '../../spec/record.ts';
import { addressOf, nameOf } from '../../spec/serving.ts';
import type { Screen, Style } from '../output.ts';
import { pad, shorten } from './format.ts';
import { decisionText } from './stage-text.ts';

/** How the run ended, and what to do about it; no lines while it is under way. */
export function endingLines(record: RunRecord, screen: Screen): string[] {
  if (!record.outcome) return [];
  return [
    ...outcomeLines(record, record.outcome, screen),
    ...retentionLines(record, screen.style),
    ...leftBehindLines(record, screen.style),
    ...untoldLines(record, screen.style),
  ];
}

/** The option of `temper invoke` that asks a model as it was trained. */
export const ASK_WITH: Readonly<Record<Kind, string>> = {
  classification: '--text',
  text: '--text',
  completion: '--prompt',
  chat: '--message',
  prompt: '--message',
};

function outcomeLines(record: RunRecord, outcome: Outcome, screen: Screen): string[] {
  const { style } = screen;
  switch (outcome) {
    case 'passed':
      return record.deployment
        ? [
            `  try it: ${style.cyan(`temper invoke ${nameOf(record.deployment)} ${ASK_WITH[record.data?.kind ?? 'classification']} "..."`)}`,
          ]
        : [`  model: ${style.cyan(record.model ? addressOf(record.model) : 'none')}`];
    case 'rejected':
      return [
        `  ${style.yellow('rejected by the gate')}: nothing was deployed`,
        ...(record.gate ?? []).map(
          ({ rule, passed, reason }) => `    ${passed ? style.green('✔') : style.red('✖')} ${pad(rule, 30)} ${reason}`,
        ),
        ...(record.model ? [`  the model is kept: ${addressOf(record.model)}`] : []),
      ];
    case 'declined':
      return [
        `  ${style.yellow(decisionText(record))}: nothing was deployed`,
        ...(record.model ? [`  the model is kept: ${addressOf(record.model)}`] : []),
      ];
    case 'cancelled':
      return [
        `  ${style.yellow('cancelled')} while in ${record.stage}${record.leftBehind ? '' : `; ${stopped(record)}`}`,
      ];
    case 'failed':
      return failureLines(record, screen);
  }
}

function retentionLines({ retention }: RunRecord, style: Style): string[] {
  if (!retention) return [];
  const { deleted, problem } = retention;
  return [
    ...(deleted.length > 0 ? [`  older custom models deleted, beyond train.keep: ${deleted.join(', ')}`] : []),
    ...(problem ? [`  ${style.yellow('older custom models stay')}: ${problem}`] : []),
  ];
}

function leftBehindLines({ leftBehind }: RunRecord, style: Style): string[] {
  if (!leftBehind?.length) return [];
  return [
    `  ${style.red('left behind')}, and may bill: ${leftBehind.join(', ')}; take it away with: temper orphans --delete`,
  ];
}

/** Also of a run under way. */
export function untoldLines({ untold = [] }: RunRecord, style: Style): string[] {
  return untold.map((each) => `  ${style.yellow(untoldText(each, new Date()))}`);
}

/** What a cancelled run had under way, which its clean-up has taken away. */
function stopped({ spec, trainingJob, model, stage }: RunRecord): string {
  if (trainingJob && !model) {
    const billed = isBedrock(spec) ? '; the tokens that it had used by then are billed' : '';
    return `${jobKind(spec)} ${trainingJob} is stopped${billed}`;
  }
  const also = isBedrock(spec) ? '; its custom model is deleted' : '';
  switch (stage) {
    case 'evaluate':
      return `${spec.evaluate?.by === 'converse' ? 'no model is asked any more' : 'its evaluation jobs are stopped'}${also}`;
    case 'deploy':
      return `its deployment is taken back${also}`;
    default:
      return 'nothing of it runs in AWS';
  }
}

function failureLines(record: RunRecord, { style, whole }: Screen): string[] {
  const { failure } = record;
  if (!failure) return [`  ${style.red('failed')} in ${record.stage}`];
  const message = whole ? failure.message : shorten(failure.message);
  return [
    `  ${style.red('failed')} in ${failure.stage} (${failure.code}): ${message.replaceAll('\n', '\n    ')}`,
    ...(failure.log?.length
      ? ['', style.dim('  the log ends with:'), ...failure.log.map((text) => `  ${style.dim('│')} ${text}`)]
      : []),
    '',
    `  ${style.dim('fix:')} ${advice(record, failure)}`,
    ...(isPipelineCode(failure.code) ? [`  ${style.dim(`more: temper explain ${failure.code}`)}`] : []),
  ];
}
