/** The page of a run in the Temporal UI, in Markdown: what happens, what to do, what is next, what it costs, why it was started. */
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { durationSeconds } from '../../spec/duration.ts';
import { needsMachine } from '../../spec/inputs.ts';
import { untoldText } from '../../spec/notices/notice.ts';
import type { RunRecord, Waiting } from '../../spec/record.ts';
import { timeOf, waitingText } from '../../spec/waiting.ts';
import type { FineTuneInput } from '../messages.ts';
import { costOfRun } from './cost.ts';
import { howToDecide, refusedSignals } from './deciding.ts';
import { ending } from './ending.ts';
import { list, literal, plain } from './markdown.ts';
import { nextText, stagesOfRun } from './next.ts';
import { heldRules } from './rules.ts';
import { stageLine } from './stages.ts';
import { whyStarted } from './why.ts';

/** What a run was started with that its record does not tell. */
export type Given = Pick<FineTuneInput, 'prices' | 'machine' | 'source'>;

/** What a run waits for, and what to do about it. */
function waitingPart(record: RunRecord): string[] {
  const { waiting } = record;
  if (!waiting) return [];
  const text = waitingText(waiting);
  const told = `**${text[0]?.toUpperCase()}${text.slice(1)}.**`;
  if (waiting.for === 'approval') return [told, `Why: ${plain(record.approval?.reason ?? '')}.`];
  const remedy =
    waiting.for === 'quota'
      ? 'stop what uses it, or ask for more in Service Quotas'
      : 'nothing, unless it takes too long';
  return [
    told,
    `AWS said: ${literal(waiting.message)}`,
    `**To do**: ${remedy}. The run tries again by itself${givingUpText(waiting, record)}.`,
  ];
}

function givingUpText({ since }: Waiting, { spec: { train } }: RunRecord): string {
  if (since === undefined) return '';
  const until = new Date(Date.parse(since) + durationSeconds(train.maxWait) * 1000);
  return `, and gives up at ${timeOf(until.toISOString())} (\`train.maxWait\`)`;
}

/** Where to look for what the workflow itself does not know. */
function whereToLook({ stage, data, run, spec, takenFrom }: RunRecord, { machine, source }: Given): string[] {
  const uploads = stage === 'data' && !data && !takenFrom && needsMachine(spec, source);
  return [
    'How far that is, and what stands in its way, is under *Pending Activities*.',
    ...(uploads
      ? [
          `Its files come from ${machine ? literal(machine) : 'the machine that started it'}; if nothing comes, go on there with ${literal(`temper upload ${run}`)}.`,
        ]
      : []),
  ];
}

function underWay(record: RunRecord, given: Given): string[] {
  const stages = stagesOfRun(record);
  const { stage, waiting } = record;
  return [
    `### Now: ${stage}, stage ${stages.indexOf(stage) + 1} of ${stages.length}`,
    ...(waiting ? waitingPart(record) : whereToLook(record, given)),
  ];
}

function leftBehind({ leftBehind: left }: RunRecord): string[] {
  return left
    ? [`**Left behind**, take it away with \`temper orphans --delete\`: ${left.map(literal).join(', ')}`]
    : [];
}

/** The whole page. It is to be read at any time, so that times come with their dates. */
export function describeRun(record: RunRecord, given: Given = {}): string {
  const { outcome, timings } = record;
  return [
    ...(outcome ? ending(record, outcome) : underWay(record, given)),
    ...leftBehind(record),
    ...(record.untold ?? []).map((each) => literal(untoldText(each))),
    list(
      '**So far**',
      timings.map((timing) => stageLine(record, timing)),
    ),
    ...heldRules(record),
    ...howToDecide(record),
    ...refusedSignals(record),
    ...(outcome ? [] : nextText(record)),
    costOfRun(record, given.prices ?? NO_PRICES),
    ...whyStarted(record),
  ].join('\n\n');
}
