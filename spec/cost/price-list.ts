/** The file of prices: what SageMaker's machines and Bedrock's models cost, as far as it is known, with when and from where. */
import { z } from 'zod';
import type { BedrockPrices, ModelPrices, Prices, Use } from './prices.ts';
import { TOKEN_PRICES } from './prices.ts';

const usdPerHour = z.number().min(0).max(10_000);
const byInstance = z.record(z.string().regex(/^ml\./, 'write an instance type such as ml.m5.large'), usdPerHour);

/** The oldest day on which one of them held; absent where the source states none. */
const asOf = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'write a date as 2026-11-25')
  .optional();
/** In the file that Temper comes with, each tells how it knows and since when; see docs/plan.md. */
const sources = z.array(z.string()).min(1);
const usd = z.number().min(0).max(100_000);

const modelPrices: z.ZodType<ModelPrices> = z.strictObject({
  perMillionTokens: z.partialRecord(z.enum(TOKEN_PRICES), usd).exactOptional(),
  perModelMonth: usd.exactOptional(),
  perModelUnitHour: z.partialRecord(z.enum(['none', 'one-month', 'six-months']), usd).exactOptional(),
});

const bedrock = z.strictObject({
  asOf,
  sources,
  models: z.record(z.string(), modelPrices).default({}),
  perCustomModelUnit: z.strictObject({ minute: usd, month: usd }).exactOptional(),
});

export const priceListSchema = z
  .strictObject({
    unit: z.literal('USD per instance and hour'),
    regions: z.record(
      z.string(),
      z.strictObject({
        asOf,
        sources,
        training: byInstance.default({}),
        transform: byInstance.default({}),
        hosting: byInstance.default({}),
        bedrock: bedrock.exactOptional(),
      }),
    ),
  })
  .meta({
    title: 'Prices of SageMaker and Bedrock',
    description: 'By region: of instances by use and type, and of models.',
  });

export type PriceList = z.infer<typeof priceListSchema>;

/** Reads a file of prices. Throws a `RangeError` that says what is wrong with it. */
export function parsePriceList(text: string): PriceList {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`not JSON: ${(error as Error).message}`);
  }
  const parsed = priceListSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RangeError(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

/** What is known of a region's prices. */
export interface RegionPrices extends Prices {
  /** The oldest day on which one of SageMaker's held, where it is known. */
  readonly asOf?: string;
  readonly bedrock?: BedrockPrices & { readonly asOf?: string };
}

const oldest = (days: readonly (string | undefined)[]): { asOf?: string } => {
  const [first] = days.filter((day) => day !== undefined).sort();
  return first === undefined ? {} : { asOf: first };
};

/** The prices of a region; those of an earlier list go before those of a later one. */
export function regionPrices(region: string, lists: readonly PriceList[]): RegionPrices {
  const found = lists.flatMap((list) => list.regions[region] ?? []).reverse();
  const merged = (use: Use): Record<string, number> => Object.assign({}, ...found.map((each) => each[use]));
  const models = found.flatMap((each) => each.bedrock ?? []);
  return {
    ...oldest(found.map(({ asOf }) => asOf)),
    training: merged('training'),
    transform: merged('transform'),
    hosting: merged('hosting'),
    ...(models.length > 0 && {
      bedrock: { ...oldest(models.map(({ asOf }) => asOf)), ...models.reduce(mergedModels, { models: {} }) },
    }),
  };
}

function mergedModels(earlier: BedrockPrices, later: BedrockPrices): BedrockPrices {
  const units = later.perCustomModelUnit ?? earlier.perCustomModelUnit;
  const models = { ...earlier.models };
  for (const [id, prices] of Object.entries(later.models)) models[id] = mergedModel(models[id] ?? {}, prices);
  return { models, ...(units && { perCustomModelUnit: units }) };
}

/** The prices of a model, those of `later` before those of `earlier`. */
export function mergedModel(earlier: ModelPrices, later: ModelPrices): ModelPrices {
  const perMillionTokens = { ...earlier.perMillionTokens, ...later.perMillionTokens };
  const perModelUnitHour = { ...earlier.perModelUnitHour, ...later.perModelUnitHour };
  return {
    ...earlier,
    ...later,
    ...(Object.keys(perMillionTokens).length > 0 && { perMillionTokens }),
    ...(Object.keys(perModelUnitHour).length > 0 && { perModelUnitHour }),
  };
}
