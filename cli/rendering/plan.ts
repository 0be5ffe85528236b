/** A plan as people read it. */
import { formatUsd } from '../../spec/cost/budget.ts';
import { type Cost, HOURS_PER_MONTH } from '../../spec/cost/cost.ts';
import { durationText } from '../../spec/duration.ts';
import type { Plan, PlanStep } from '../../spec/plan.ts';
import type { Screen } from '../output.ts';
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
  'transform job': 'evaluate',
  endpoint: 'deploy',
};

/** The whole plan: what would be done, what it could cost, what would stop it, and what is not known. */
export function renderPlan(plan: Plan, screen: Screen): string {
  const { region, bucket } = plan.account;
  const where = [region, bucket && `s3://${bucket}`].filter(Boolean).join(' · ');
  return [
    ...entry('plan', [plan.name, where].filter(Boolean).join(' · '), screen),
    '',
    ...plan.steps.flatMap((step) => stepLines(step, screen)),
    '',
    ...entry('at most', limits(plan), screen),
    ...endpointBill(plan, screen),
    ...entry('billed', plan.billed ? '' : 'nothing: it is not AWS that does the work here', screen),
    ...entry('budget', budgetText(plan), screen),
    ...entry('prices', `${pricesText(plan)}; storage, requests and transfer left out`, screen),
    ...unknownLines(plan, screen),
    ...problemLines(plan, screen),
  ].join('\n');
}

/** What a run could cost, in one line. */
export function costLine(cost: Cost, screen: Screen): string {
  const hourly = cost.endpoint?.usdPerHour;
  const endpoint = hourly === undefined ? '' : `, then ${formatUsd(hourly)} USD an hour for the endpoint`;
  return entry('at most', `${sumText(cost)} for the jobs${endpoint}`, screen).join('\n');
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
    case 'endpoint':
      return [`${step.name} on ${machines(step)}`, ...(step.run ? [`in place of ${step.run}`] : [])].join(', ');
    default:
      return machines(step);
  }
}

function machines({ count = 1, instances = 1, instance = '' }: PlanStep): string {
  const each = instances === 1 ? instance : `${instances} × ${instance}`;
  return count === 1 ? each : `${plural(count, 'job')} on ${each}`;
}

/** How long it may take, where that is limited, and what it costs. */
function billTexts({ what, maxSeconds, usd }: PlanStep): string[] {
  const price = usd === undefined ? 'price unknown' : `${formatUsd(usd)} USD`;
  if (what === 'endpoint') return [usd === undefined ? price : `${price} an hour`];
  return maxSeconds === undefined ? [] : [`at most ${durationText(maxSeconds)}`, price];
}

function sumText({ usd }: Cost): string {
  return usd === undefined ? 'an unknown sum' : `${formatUsd(usd)} USD`;
}

function limits({ cost, maxSeconds, maxWaitSeconds }: Plan): string {
  return `${sumText(cost)}, in ${durationText(maxSeconds)} of jobs; up to ${durationText(maxWaitSeconds)} of waiting for machines`;
}

function endpointBill({ cost }: Plan, screen: Screen): string[] {
  const { endpoint } = cost;
  if (!endpoint) return [];
  const { usdPerHour } = endpoint;
  const month = usdPerHour === undefined ? '' : `${formatUsd(usdPerHour * HOURS_PER_MONTH)} USD a month: `;
  return entry('then', `${month}the endpoint bills until it is deleted`, screen);
}

function pricesText({ account, pricesAsOf }: Plan): string {
  if (!account.region) return 'none without a region';
  return `of ${account.region}${pricesAsOf ? `, as of ${pricesAsOf}` : ''}`;
}

function budgetText({ budget, problems }: Plan): string {
  if (budget === undefined) return '';
  const exceeded = problems.some(({ code }) => code === 'BudgetExceeded' || code === 'PriceUnknown');
  return `${budget} for the jobs${exceeded ? '' : ', which it covers'}`;
}

/** Grouped by reason: without credentials nothing is known, and for one reason. */
function unknownLines({ unknown, cost, account }: Plan, screen: Screen): string[] {
  const reasons = [...new Set(unknown.map(({ why }) => why))];
  const looks = reasons.map((reason) => {
    const what = unknown.filter(({ why }) => why === reason).map((each) => each.what);
    return `${what.join(', ')} (${reason})`;
  });
  const types = (account.region ? cost.unknown : []).map(({ use, instance }) => `${instance} (${use})`);
  const prices = types.length > 0 ? [`the price of ${types.join(', ')}; give it in a file named by TEMPER_PRICES`] : [];
  return [...looks, ...prices].flatMap((text) => entry('not known', text, screen));
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
