/** The base models of Bedrock that can be customized: which there are, and what is known of each. */
import { shown } from '../shown.ts';
import { nearest } from '../suggest.ts';
import type { Customization, LimitName, Limits, TrainingFormat } from './customization.ts';
import type { Hyperparameter, ModelFile } from './model-file.ts';
import file from './models.json' with { type: 'json' };

export type { Hyperparameter } from './model-file.ts';

/** How a model can be customized in one way. */
export interface CustomizationFacts {
  readonly format: TrainingFormat;
  readonly limits: Limits;
  readonly largerBatches?: { readonly above: number; readonly tokens: number };
  readonly singleTurn?: true;
  /** Absent where nothing is known of them. */
  readonly hyperparameters?: Readonly<Record<string, Hyperparameter>>;
  /** Ids of the models whose answers a distilled one can learn from. */
  readonly teachers?: readonly string[];
  readonly notes?: readonly string[];
  /** Where it is from. */
  readonly sources: readonly string[];
}

export interface BaseModel {
  /** By which it is invoked: `amazon.nova-lite-v1:0`. */
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly family: string;
  /** Its id in a customization job, with the length of its context: `amazon.nova-lite-v1:0:300k`. */
  readonly customizedAs: string;
  /** Where it can be customized. */
  readonly regions: readonly string[];
  readonly input: readonly ('text' | 'image' | 'video')[];
  /** How the base answers without provisioned throughput. */
  readonly invocation: readonly ('on-demand' | 'profile')[];
  /** Where a custom model of it can be deployed on demand. Provisioned throughput serves the models of every base. */
  readonly onDemandDeployment?: { readonly regions: readonly string[]; readonly customizedSince: string };
  /** No longer in AWS's list of models that can be customized. */
  readonly delisted: boolean;
  /** For estimates. */
  readonly charactersPerToken: number;
  readonly reserved?: {
    readonly inPrompts: readonly string[];
    readonly inAnswers?: readonly string[];
    readonly doubtful?: readonly string[];
  };
  readonly customizations: { readonly [C in Customization]?: CustomizationFacts };
}

/** Held against its schema by a test, so that nothing has to be checked when it is read. */
const { asOf, sources, families, models } = file as ModelFile;

/** The day as of which the models are known. */
export const MODELS_AS_OF = asOf;

export const BASE_MODELS: readonly BaseModel[] = models.map(({ family: name, customizations, ...model }) => {
  const family = families[name];
  if (family === undefined) throw new Error(`models.json has no family ${name}, which ${model.id} is of`);
  const { customizations: ofFamily, ...shared } = family;
  const ways = (Object.keys(customizations) as Customization[]).map((way) => {
    const [general, own] = [ofFamily[way], customizations[way]];
    const facts = { ...general, ...own, limits: { ...general?.limits, ...own?.limits } };
    const told = (facts.sources ?? []).map((source) => sources[source] ?? source);
    return [way, { ...facts, sources: told }] as const;
  });
  return {
    customizedAs: model.id,
    delisted: false,
    ...shared,
    ...model,
    family: name,
    customizations: Object.fromEntries(ways) as BaseModel['customizations'],
  };
});

const GEOGRAPHY = /^(us-gov|us|eu|apac|ap|au|ca|jp|global)\./;

/** Whether an id is that of an inference profile, which spans the regions of a geography. */
export const isProfile = (id: string): boolean => GEOGRAPHY.test(id) || /:inference-profile\//.test(id);

/**
 * What ids of the same model have in common: an ARN, the geography of an inference profile, the length of a context and
 * the revision do not count.
 */
export function plainId(id: string): string {
  const inArn = /^arn:[^:]*:bedrock:[^:]*:[^:]*:(?:foundation-model|inference-profile|custom-model)\/([^/]+)/.exec(id);
  return (inArn?.[1] ?? id)
    .replace(GEOGRAPHY, '')
    .replace(/:\d+k$/, '')
    .replace(/:\d+$/, '');
}

/** The model that an id means: its own, that of an inference profile or a context, an ARN, also of a custom model of it. */
export function findModel(id: string): BaseModel | undefined {
  const plain = plainId(id.trim());
  return BASE_MODELS.find((model) => plainId(model.id) === plain);
}

/** The id of a model that was probably meant by one that is not known. */
export function suggestModel(id: string): string | undefined {
  const given = id.trim().toLowerCase();
  const byName = BASE_MODELS.find(({ name }) => name.toLowerCase() === given.replaceAll(/[-_]/g, ' '));
  if (byName) return byName.id;
  // People leave the provider out, the version, or both.
  const short = (known: string): string => known.replace(/^[a-z0-9]+\./, '').replace(/-v\d+$/, '');
  const plain = plainId(given);
  const writtenAs = given.includes('.')
    ? (model: BaseModel) => plainId(model.id)
    : (model: BaseModel) => short(plainId(model.id));
  const near = nearest(given.includes('.') ? plain : short(plain), BASE_MODELS.map(writtenAs));
  const begun = (model: BaseModel): boolean => writtenAs(model).startsWith(plain);
  return BASE_MODELS.find((model) => (near === undefined ? begun(model) : writtenAs(model) === near))?.id;
}

/** `it takes fine-tuning, distillation` */
export const waysOf = ({ customizations }: BaseModel): string => `it takes ${Object.keys(customizations).join(', ')}`;

/** The id by which the base can be asked in a region without provisioned throughput. */
export function invocationId({ id, invocation, regions }: BaseModel, region: string): string {
  if (invocation.includes('on-demand') && (regions.includes(region) || !invocation.includes('profile'))) return id;
  const geography = /^(us-gov|us|eu|ap)-/.exec(region)?.[1] ?? 'us';
  return `${geography === 'ap' ? 'apac' : geography}.${id}`;
}

/** What a spec can say about limits. */
export interface LimitOptions {
  readonly batchSize?: number | undefined;
  /** Of `train.limits`. */
  readonly overrides?: { readonly [L in LimitName]?: number | undefined } | undefined;
}

/** The limits of a data set for a model; those that are overridden as they are overridden. */
export function limitsOf(
  { limits, largerBatches }: CustomizationFacts,
  { batchSize = 1, overrides = {} }: LimitOptions = {},
): Limits {
  const tokens = largerBatches && batchSize > largerBatches.above ? { tokens: largerBatches.tokens } : {};
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return { ...limits, ...tokens, ...Object.fromEntries(given) };
}

/** What is wrong with hyperparameters, and where. */
export interface HyperparameterProblem {
  /** Absent where one is missing. */
  readonly name?: string;
  readonly message: string;
}

/** What a model cannot be customized with. Of a way or a model of which no hyperparameters are known: nothing. */
export function hyperparameterProblems(
  model: BaseModel,
  customization: Customization,
  given: Readonly<Record<string, unknown>>,
): HyperparameterProblem[] {
  const known = model.customizations[customization]?.hyperparameters;
  if (known === undefined) return [];
  const names = Object.keys(known);
  const problems = Object.entries(given).flatMap(([name, value]): HyperparameterProblem[] => {
    const facts = known[name];
    if (facts !== undefined) return valueProblem(name, facts, value);
    const meant = nearest(name, names);
    const none = `${customization} of ${model.id} takes none`;
    const fix = meant ? `did you mean ${meant}?` : names.length === 0 ? none : `it takes ${names.join(', ')}`;
    return [{ name, message: `${model.id} has no hyperparameter ${name}; ${fix}` }];
  });
  for (const name of names) {
    if (known[name]?.required && given[name] === undefined) {
      problems.push({ message: `${model.id} needs the hyperparameter ${name}: ${allowed(known[name])}` });
    }
  }
  return problems;
}

function valueProblem(name: string, facts: Hyperparameter, value: unknown): HyperparameterProblem[] {
  if (facts.values?.includes(String(value))) return [];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const fits =
    facts.type !== 'text' &&
    typeof number === 'number' &&
    Number.isFinite(number) &&
    (facts.type === 'number' || Number.isInteger(number)) &&
    number >= (facts.min ?? number) &&
    number <= (facts.max ?? number);
  return fits ? [] : [{ name, message: `${name} must be ${allowed(facts)}, received ${shown(value)}` }];
}

/** `a whole number from 1 to 5` */
export function allowed({ type, min, max, values = [] }: Hyperparameter): string {
  const what = type === 'integer' ? 'a whole number' : 'a number';
  const from = min === undefined ? '' : max === undefined ? ` from ${min}` : ` from ${min} to ${max}`;
  const number = type === 'text' ? [] : [min !== undefined && min === max ? String(min) : what + from];
  return [...number, ...values].join(' or ');
}
