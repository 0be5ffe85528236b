/** What AWS charges in one region, as far as it is known. */
import { plainId } from '../bedrock/models.ts';

/** How SageMaker uses an instance. */
export type Use = 'training' | 'transform' | 'hosting';

/** For how long a provisioned throughput is bought. */
export type Commitment = 'none' | 'one-month' | 'six-months';

/** USD per million tokens: learnt by a customization job, each time that it sees one; read and written by a model. */
export const TOKEN_PRICES = [
  'training',
  'input',
  'output',
  'batchInput',
  'batchOutput',
  'customInput',
  'customOutput',
] as const;
export type TokenPrice = (typeof TOKEN_PRICES)[number];

/** Of one model of Bedrock; what is not there has no known price. */
export interface ModelPrices {
  readonly perMillionTokens?: { readonly [P in TokenPrice]?: number };
  /** USD for each custom model that is kept, per month. */
  readonly perModelMonth?: number;
  /** USD per model unit and hour of a provisioned throughput. */
  readonly perModelUnitHour?: { readonly [C in Commitment]?: number };
}

export interface BedrockPrices {
  /** By the id by which a model is invoked. */
  readonly models: Readonly<Record<string, ModelPrices>>;
  /** Of imported models: USD per custom model unit, for a minute of answering and for a month of being kept. */
  readonly perCustomModelUnit?: { readonly minute: number; readonly month: number };
}

/** USD per instance and hour by use and instance type, and those of Bedrock; what is not there has no known price. */
export interface Prices extends Readonly<Record<Use, Readonly<Record<string, number>>>> {
  readonly bedrock?: BedrockPrices;
}

export const NO_PRICES: Prices = { training: {}, transform: {}, hosting: {} };

/** AWS's own count for monthly figures. */
export const HOURS_PER_MONTH = 730;

/** The prices of a model, by its id, that of an inference profile or an ARN. */
export function modelPrices(id: string, prices: BedrockPrices | undefined): ModelPrices {
  const plain = plainId(id);
  const known = Object.entries(prices?.models ?? {}).find(([other]) => plainId(other) === plain);
  return known?.[1] ?? {};
}
