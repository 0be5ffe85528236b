import type { Compared } from '../../spec/comparison.ts';
import type { Context } from '../context.ts';
import { knownPrices } from '../plan/prices.ts';
import type { Temporal } from '../temporal.ts';
import { resolveRun } from './find.ts';
import { readRecord } from './records.ts';

/** A run by what people type, with the prices of where it ran. */
export async function compared(context: Context, temporal: Temporal, text: string): Promise<Compared> {
  const record = await readRecord(temporal, await resolveRun(temporal, text, { newest: true }));
  return { record, prices: await knownPrices(context, record.account.region) };
}
