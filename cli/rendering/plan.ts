/** A plan as people read it. */
import { afterwards, unitBills } from '../../spec/cost/afterwards.ts';
import { formatTokens, formatUsd } from '../../spec/cost/budget.ts';
import type { Cost } from '../../spec/cost/items.ts';
import { PAST } from '../../spec/decision.ts';
import { durationText } from '../../spec/duration.ts';
import type { Plan } from '../../spec/plan.ts';
import type { PlanStep } from '../../spec/plan-steps.ts';
import type { ApprovalSpec } from '../../spec/schema/approve.ts';
import type { Screen } from '../output.ts';
import { forWhat, sumText } from './cost.ts';
import { formatBytes, hang, pad, plural, widthOf } from './format.ts';

const LABEL = 10;
const ACTION = 8;
const LIMIT = 14;
const SUM = 13;
const GAP = '  ';
/** Lines that are longer are harder to read. */
const WIDEST = 80;

const LABELS: Readonly<Record<PlanStep['what'], string>> = {
  data: 'data',
  code: 'code',
  base: 'base',
  'training job': 'train',
  weights: 'train',
  'transform job': 'evaluate',
  'customization job': 'train',
  'candidate deployment': 'evaluate',
  questions: 'evaluate',
  approval: 'approve',
  endpoint: 'deploy',
  'custom model deployment': 'deploy',
  'provisioned throughput': 'deploy',
  'imported model': 'deploy',
  notification: 'notify',
};

/** The whole plan: what would be done, what it could cost, what would stop it, and what is not known. */
export function renderPlan(plan: Plan, screen: Screen): string {
  const { region, bucket } = plan.account;
  const where = [region, bucket && `s3://${bucket}`].filter(Boolean).join(' · ');
  return [
    ...entry('plan', [plan.name, where].filter(Boolean).join(' · '), screen),
    '',
    ...plan.steps.flatMap((step) => [...stepLines(step, screen), ...entry('capture', captureText(step), screen)]),
    '',
    ...entry('at most', limits(plan), screen),
    ...afterwards(plan.cost, screen.style.bold).flatMap((text, i) => entry(i === 0 ? 'then' : '', text, screen)),
    ...entry('billed', plan.billed ? '' : 'nothing: it is not AWS that does the work here', screen),
    ...entry('budget', budgetText(plan), screen),
    ...entry('prices', `${pricesText(plan)}; storage, requests and transfer left out`, screen),
    ...unknownLines(plan, screen),
    ...problemLines(plan, screen),
  ].join('\n');
}

/** What a run could cost, in one line; what it buys by the hour in one of its own. */
export function costLine(cost: Cost, screen: Screen): string {
  const hourly = cost.serving?.to === 'sagemaker-endpoint' ? cost.serving.usdPerHour : undefined;
  const endpoint = hourly === undefined ? '' : `, then ${formatUsd(hourly)} USD an hour for the endpoint`;
  const lines = entry('at most', `${sumText(cost)} ${forWhat(cost)}${endpoint}`, screen);
  return [...lines, ...unitBills(cost, screen.style.bold).flatMap((text) => entry('of that', text, screen))].join('\n');
}

/** A labelled text, wrapped behind its label; no line where there is no text. */
function entry(label: string, text: string, { columns, style }: Screen): string[] {
  if (text === '') return [];
  return hang(`${GAP}${style.dim(pad(label, LABEL))} `, text, columns);
}

function stepLines(step: PlanStep, { columns, style }: Screen): string[] {
  const head = `${GAP}${pad(LABELS[step.what], LABEL)} ${pad(actionText(step.action, style), ACTION)} `;
  const about = aboutText(step);
  const bills = billTexts(step);
  const price = bills.at(-1);
  if (price === undefined) return hang(head, about, columns);
  const left = `${head}${about}`;
  const column = [...bills.slice(0, -1).map((limit) => pad(limit, LIMIT)), price.padStart(SUM)].join(GAP);
  const room = Math.min(columns, WIDEST) - widthOf(column);
  if (widthOf(left) + GAP.length <= room) return [`${pad(left, room)}${style.dim(column)}`];
  return [...hang(head, about, columns), ...hang(' '.repeat(widthOf(head)), bills.join(' · '), columns)];
}

const captureText = ({ capture }: PlanStep): string =>
  capture ? `${capture.percentage} % of the requests, in ${capture.uri}` : '';

function actionText(action: PlanStep['action'], style: Screen['style']): string {
  switch (action) {
    case 'upload':
    case 'create':
      return style.green(action);
    case 'update':
      return style.yellow(action);
    case 'unknown':
      return style.dim('?');
    default:
      return style.dim(action);
  }
}

function aboutText(step: PlanStep): string {
  switch (step.what) {
    case 'data': {
      const rows = Object.values(step.splits ?? {});
      const counts =
        rows.length > 0
          ? [
              plural(
                rows.reduce((sum, each) => sum + each, 0),
                'row',
              ),
              plural(rows.length, 'split'),
            ]
          : step.files === undefined
            ? []
            : [plural(step.files, 'file')];
      return [...counts, ...(step.bytes === undefined ? [] : [formatBytes(step.bytes)])].join(' · ');
    }
    case 'code':
      return formatBytes(step.bytes ?? 0);
    case 'base':
      return step.run ?? step.name ?? '';
    case 'weights':
      return 'a Hugging Face model that Bedrock imports: merged weights as *.safetensors, config.json, tokenizer';
    case 'customization job': {
      const { epochs = 1, tokens } = step;
      const data = tokens && 'learnt' in tokens ? `~${formatTokens(tokens.learnt / epochs)} tokens` : 'the data';
      return `customization job · ${epochs} × ${data}`;
    }
    case 'candidate deployment':
      return step.modelUnits === undefined
        ? "a deployment of the candidate's own"
        : `provisioned throughput of the ${step.who ?? 'candidate'}'s own, ${plural(step.modelUnits, 'model unit')}; it goes afterwards`;
    case 'questions':
      return [step.who === 'judge' ? `judge ${step.model}` : step.who, questionsText(step)].join(' · ');
    case 'approval':
      return step.approval ? approvalText(step.approval) : '';
    case 'endpoint':
      return [`${step.name} on ${machines(step)}`, ...replaced(step)].join(', ');
    case 'custom model deployment':
    case 'imported model':
      return [`${step.what} ${step.name}`, ...replaced(step)].join(', ');
    case 'provisioned throughput':
      return [`${step.what} ${step.name}, ${plural(step.modelUnits ?? 1, 'model unit')}`, ...replaced(step)].join(', ');
    case 'notification':
      return `${step.name} of ${step.events?.join(', ')}`;
    default:
      return [...(step.who ? [step.who] : []), machines(step)].join(' · ');
  }
}

function approvalText({ approvers, between, within, otherwise }: ApprovalSpec): string {
  const who = approvers?.join(' or ') ?? 'anybody';
  const about = between
    ? `a model whose ${between.metric} lies between ${between.from} and ${between.to}`
    : 'each model that passes the gate';
  return `${who}, about ${about}; ${PAST[otherwise]} when nobody has decided within ${within}`;
}

const replaced = ({ run }: PlanStep): string[] => (run ? [`in place of ${run}`] : []);

function questionsText({ tokens }: PlanStep): string {
  if (!tokens || !('read' in tokens)) return 'the rows of the test split';
  return `~${formatTokens(tokens.read)} tokens, up to ${formatTokens(tokens.written)} back`;
}

function machines({ count = 1, instances = 1, instance = '' }: PlanStep): string {
  const each = instances === 1 ? instance : `${instances} × ${instance}`;
  return count === 1 ? each : `${plural(count, 'job')} on ${each}`;
}

/** How long it may take, where that is limited, and what it costs. */
function billTexts({ what, maxSeconds, hours, usd, tokens }: PlanStep): string[] {
  const price = usd === undefined ? 'price unknown' : `${formatUsd(usd)} USD`;
  switch (what) {
    case 'endpoint':
      return [usd === undefined ? price : `${price} an hour`];
    case 'training job':
    case 'transform job':
      return [`at most ${durationText(maxSeconds ?? 0)}`, price];
    case 'customization job':
    case 'questions':
      return [usd === undefined && tokens === undefined ? 'cost unknown' : price];
    case 'candidate deployment':
    case 'provisioned throughput':
      return hours === undefined ? ['by the token'] : [`for ${durationText(hours * 3600)}`, price];
    default:
      return [];
  }
}

function limits({ cost, maxSeconds, maxWaitSeconds }: Plan): string {
  const [sum, time, wait] = [sumText(cost), durationText(maxSeconds), durationText(maxWaitSeconds)];
  return cost.estimated
    ? `${sum} ${forWhat(cost)}; within ${time}, after up to ${wait} of waiting for quota`
    : `${sum}, in ${time} of jobs; up to ${wait} of waiting for machines`;
}

function pricesText({ account, pricesAsOf }: Plan): string {
  if (!account.region) return 'none without a region';
  return `of ${account.region}${pricesAsOf ? `, as of ${pricesAsOf}` : ''}`;
}

function budgetText({ budget, problems, cost }: Plan): string {
  if (budget === undefined) return '';
  const exceeded = problems.some(({ code }) => code === 'BudgetExceeded' || code === 'PriceUnknown');
  const covered = cost.usd === undefined ? ', held against the data when the run has read it' : ', which it covers';
  return `${budget}${cost.estimated ? '' : ` ${forWhat(cost)}`}${exceeded ? '' : covered}`;
}

/** Grouped by reason: without credentials nothing is known, and for one reason. */
function unknownLines({ unknown, cost, account }: Plan, screen: Screen): string[] {
  const reasons = [...new Set(unknown.map(({ why }) => why))];
  const looks = reasons.map((reason) => {
    const what = unknown.filter(({ why }) => why === reason).map((each) => each.what);
    return `${what.join(', ')} (${reason})`;
  });
  const lacking = (of: 'price' | 'tokens'): string =>
    cost.unknown.flatMap(({ what, lacks }) => (lacks === of ? [what] : [])).join(', ');
  const [prices, tokens] = [account.region ? lacking('price') : '', lacking('tokens')];
  return [
    ...looks,
    ...(prices ? [`the price of ${prices}; give it in a file named by TEMPER_PRICES`] : []),
    ...(tokens ? [`how many tokens there are in ${tokens}, which has not been read`] : []),
  ].flatMap((text) => entry('not known', text, screen));
}

function problemLines({ problems }: Plan, screen: Screen): string[] {
  const { red, dim } = screen.style;
  return problems.flatMap(({ code, message, fix }) => [
    '',
    ...message
      .split('\n')
      .flatMap((line, i) => hang(i === 0 ? `${GAP}${red('✖')} ` : `${GAP}  `, line, screen.columns)),
    ...hang(`${GAP}  ${dim('fix:')} `, fix, screen.columns),
    `${GAP}  ${dim(`more: temper explain ${code}`)}`,
  ]);
}
