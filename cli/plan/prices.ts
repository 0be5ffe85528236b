import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type PriceList, parsePriceList, type RegionPrices, regionPrices } from '../../spec/cost/price-list.ts';
import type { Context } from '../context.ts';
import { usageError, whyUnreadable } from '../errors.ts';
import { installed } from '../installation.ts';

/** The prices that are known of a region: those of the file in TEMPER_PRICES, then those that temper comes with. */
export async function knownPrices({ env, cwd }: Pick<Context, 'env' | 'cwd'>, region: string): Promise<RegionPrices> {
  const own = env.TEMPER_PRICES ? [await read(resolve(cwd, env.TEMPER_PRICES), env.TEMPER_PRICES)] : [];
  const shipped = installed('spec/prices.json');
  return regionPrices(region, [...own, await read(shipped, shipped)]);
}

async function read(path: string, shown: string): Promise<PriceList> {
  const problem = (message: string) =>
    usageError('PricesUnreadable', `cannot read ${shown}: ${message}`, 'correct it, or unset TEMPER_PRICES');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw problem(whyUnreadable(error));
  });
  try {
    return parsePriceList(text);
  } catch (error) {
    throw problem((error as RangeError).message);
  }
}
