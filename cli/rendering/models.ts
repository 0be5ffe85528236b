/** What `temper models` tells, as people read it. */
import type { Limits } from '../../spec/bedrock/customization.ts';
import type { Hyperparameter } from '../../spec/bedrock/models.ts';
import type { ModelEntry, ModelsReport, WayEntry } from '../models/report.ts';
import type { Screen } from '../output.ts';
import { formatCount, hang, pad, plural, table } from './format.ts';

const LABEL = 13;

export interface RenderOptions {
  /** Whether all that is known is told, with its sources. */
  readonly isDetailed: boolean;
}

export function renderModels(report: ModelsReport, screen: Screen, { isDetailed }: RenderOptions): string {
  const { models } = report;
  const customizable = models.filter(({ customizations }) => customizations.length > 0);
  const others = models.filter(({ customizations }) => customizations.length === 0);
  return [
    ...customizable.flatMap((model) => [...modelLines(model, screen, isDetailed), '']),
    ...(others.length > 0 ? [othersTable(others, screen), ''] : []),
    ...(models.length === 0 ? [`  no model in ${report.region} can be customized`, ''] : []),
    ...sourceLines(report, screen),
  ].join('\n');
}

function othersTable(models: readonly ModelEntry[], { style, columns }: Screen): string {
  const head = ['NOT CUSTOMIZED', 'PROVIDER', 'ANSWERS'].map((title) => style.dim(title));
  return table([head, ...models.map(({ id, provider, answers }) => [id, provider, answers.join(', ')])], columns);
}

function sourceLines({ source, region, problem, asOf, models }: ModelsReport, { style, columns }: Screen): string[] {
  const facts = `formats, limits, hyperparameters and serving as of ${asOf}`;
  const told =
    source === 'bedrock'
      ? `${plural(models.length, 'model')} that Bedrock lists in ${region}; ${facts}`
      : `${plural(models.length, 'model')} of temper's own data file, as of ${asOf}: ${problem}`;
  return hang(`  ${source === 'bedrock' ? style.green('✔') : style.yellow('!')} `, told, columns);
}

function modelLines(model: ModelEntry, screen: Screen, isDetailed: boolean): string[] {
  const { id, name, provider, legacy, customizations, regions, customizedAs, input, answers } = model;
  const { bold, yellow } = screen.style;
  const more = [
    ['regions', regions ? `customized in ${regions.customized.join(', ')}` : ''],
    ['as', customizedAs === id ? '' : `${customizedAs} in a customization job`],
    ['input', input.join(', ')],
    ['the base', answers.map((way) => ANSWERS[way] ?? way).join(', or ')],
  ] as const;
  return [
    `  ${bold(id)}  ${name}, ${provider}${legacy ? `  ${yellow('legacy')}` : ''}`,
    ...customizations.flatMap((way) => wayLines(way, screen, isDetailed)),
    ...entry('served', servedText(model), screen),
    ...(isDetailed ? more.flatMap(([label, text]) => entry(label, text, screen)) : []),
  ];
}

const ANSWERS: Readonly<Record<string, string>> = {
  'on-demand': 'answers on demand',
  profile: 'answers through an inference profile',
};

function wayLines(way: WayEntry, screen: Screen, isDetailed: boolean): string[] {
  const { customization, confirmed, format, limits, largerBatches, singleTurn, hyperparameters } = way;
  if (format === undefined) {
    return entry(customization, 'Bedrock lists it; nothing is known of its data here, and a run cannot do it', screen);
  }
  const doubted = confirmed === false && customization !== 'reinforcement-fine-tuning';
  const parts = [
    format,
    ...limitTexts(limits ?? {}),
    ...(largerBatches ? [`${formatCount(largerBatches.tokens)} tokens in batches above ${largerBatches.above}`] : []),
    ...(singleTurn ? ['one question a record'] : []),
    ...(doubted ? [screen.style.yellow('Bedrock does not list it')] : []),
  ];
  const tuned = hyperparameters === undefined ? 'hyperparameters are not known' : hyperparameterTexts(hyperparameters);
  const details: readonly (readonly [label: string, texts: readonly string[]])[] = [
    ['teachers', [(way.teachers ?? []).join(', ')]],
    ['note', way.notes ?? []],
    ['source', way.sources ?? []],
  ];
  return [
    ...entry(customization, parts.join(' · '), screen),
    ...entry('', tuned, screen),
    ...(isDetailed ? details.flatMap(([label, texts]) => texts.flatMap((text) => entry(label, text, screen))) : []),
  ];
}

function limitTexts(limits: Limits): string[] {
  const { minTrainRecords, trainRecords, validationRecords, minRecords, records } = limits;
  const gigabytes = (bytes: number | undefined): string => `${(bytes ?? 0) / 1e9} GB`;
  return [
    ...range(minTrainRecords, trainRecords, 'records'),
    ...range(undefined, validationRecords, 'for validation'),
    ...range(minRecords, records, 'records in all'),
    ...(limits.tokens ? [`${formatCount(limits.tokens)} tokens a record`] : []),
    ...(limits.inputTokens ? [`${formatCount(limits.inputTokens)} tokens a prompt`] : []),
    ...(limits.outputTokens ? [`${formatCount(limits.outputTokens)} tokens an answer`] : []),
    ...(limits.trainBytes ? [gigabytes(limits.trainBytes)] : []),
    ...(limits.validationBytes ? [`${gigabytes(limits.validationBytes)} for validation`] : []),
  ];
}

function range(min: number | undefined, max: number | undefined, what: string): string[] {
  if (min === undefined && max === undefined) return [];
  if (min === undefined) return [`up to ${formatCount(max ?? 0)} ${what}`];
  return [
    max === undefined ? `${formatCount(min)} ${what} at least` : `${formatCount(min)} to ${formatCount(max)} ${what}`,
  ];
}

function hyperparameterTexts(known: Readonly<Record<string, Hyperparameter>>): string {
  const texts = Object.entries(known).map(([name, { min, max, values, default: usual }]) => {
    const bounds = min === undefined || min === max ? [] : [max === undefined ? `${min} or more` : `${min} to ${max}`];
    const allowed = [...bounds, ...(values ?? [])].join(', ');
    return `${name}${usual === undefined ? '' : ` ${usual}`}${allowed === '' ? '' : ` (${allowed})`}`;
  });
  return texts.length === 0 ? 'no hyperparameters' : texts.join(' · ');
}

function servedText({ served, regions }: ModelEntry): string {
  const where = regions && regions.onDemand.length > 0 ? ` in ${regions.onDemand.join(', ')}` : '';
  const words = { 'bedrock-on-demand': `bedrock-on-demand${where}`, 'bedrock-provisioned': 'bedrock-provisioned' };
  return served.map((by) => words[by]).join(' · ');
}

/** No line where there is no text. */
function entry(label: string, text: string, { columns, style }: Screen): string[] {
  // Longer labels stand on a line of their own, so that what follows them lines up.
  if (text === '') return [];
  const lines = hang(`    ${style.dim(pad(label.length > LABEL ? '' : label, LABEL))} `, text, columns);
  return label.length > LABEL ? [`    ${style.dim(label)}`, ...lines] : lines;
}
