/** The file of prices: what SageMaker's machines cost, as far as it is known, with when and from where. */
import { z } from 'zod';
import type { Prices, Use } from './cost.ts';

const usdPerHour = z.number().min(0).max(10_000);
const byInstance = z.record(z.string().regex(/^ml\./, 'write an instance type such as ml.m5.large'), usdPerHour);

export const priceListSchema = z
  .strictObject({
    unit: z.literal('USD per instance and hour'),
    regions: z.record(
      z.string(),
      z.strictObject({
        /** The oldest day on which one of them held; absent where the source states none. */
        asOf: z
          .string()
          .regex(/^\d{4}-\d{2}-\d{2}$/, 'write a date as 2026-11-25')
          .optional(),
        /** In the file that Temper comes with, each tells how it knows and since when; see docs/plan.md. */
        sources: z.array(z.string()).min(1),
        training: byInstance.default({}),
        transform: byInstance.default({}),
        hosting: byInstance.default({}),
      }),
    ),
  })
  .meta({ title: 'Prices of SageMaker', description: 'On-demand prices of instances by region, use and type.' });

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
  /** The oldest day on which one of them held, where it is known. */
  readonly asOf?: string;
}

/** The prices of a region; those of an earlier list go before those of a later one. */
export function regionPrices(region: string, lists: readonly PriceList[]): RegionPrices {
  const found = lists.flatMap((list) => list.regions[region] ?? []);
  const merged = (use: Use): Record<string, number> => Object.assign({}, ...found.map((each) => each[use]).reverse());
  const days = found.flatMap(({ asOf }) => asOf ?? []).sort();
  return {
    ...(days[0] && { asOf: days[0] }),
    training: merged('training'),
    transform: merged('transform'),
    hosting: merged('hosting'),
  };
}
