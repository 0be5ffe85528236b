/** The ledger of a schedule: a card in S3 for each firing. What is listed in Temporal is forgotten after its retention. */
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { parseWorkflowId, s3Keys } from '../../spec/naming.ts';
import type { Firing } from '../../spec/retrain.ts';
import { monthOf } from '../../spec/retraining/budget.ts';
import type { JudgedRun } from '../../spec/retraining/triggers.ts';
import { readCard, readCards, writeCard } from '../cards.ts';
import { keysUnder } from '../s3-lines.ts';

/** What ends the key of a firing that started no run: money and data are looked up among the others alone. */
const SKIPPED = '-skip.json';
/** The same of one that had reason to train, and no budget for it. */
const OUT_OF_BUDGET = `-budget${SKIPPED}`;

/** The same for the same firing: it is written again when its run is over. */
function keyOf({ name, run, decision }: Firing): string {
  const id = run === undefined ? undefined : parseWorkflowId(run)?.id;
  const skipped = decision.obstacle === 'budget' ? OUT_OF_BUDGET : SKIPPED;
  return `${s3Keys.firings(name)}${decision.at.replaceAll(':', '')}${id === undefined ? skipped : `-${id}.json`}`;
}

const usd = z.number().nonnegative().optional();

/** What decisions and budgets are drawn from: a sum that is none would let any run pass a budget. */
const firingShape = z.looseObject({
  decision: z.looseObject({ at: z.iso.datetime(), decided: z.enum(['train', 'skip']), reason: z.string() }),
  run: z.string().optional(),
  reservedUsd: usd,
  billedUsd: usd,
});

export async function writeFiring(s3: S3Client, bucket: string, firing: Firing): Promise<void> {
  await writeCard(s3, bucket, keyOf(firing), firing);
}

/** The newest firings of a name, the newest first, and how many there are; only these are read. */
export async function newestFirings(
  s3: S3Client,
  bucket: string,
  name: string,
  limit: number,
): Promise<{ readonly firings: readonly Firing[]; readonly total: number }> {
  const keys = await keysUnder(s3, bucket, s3Keys.firings(name));
  return {
    firings: await readCards<Firing>(s3, bucket, keys.toReversed().slice(0, limit), firingShape),
    total: keys.length,
  };
}

const hasRun = (key: string): boolean => !key.endsWith(SKIPPED);

/** The firings of the month of a time that have started a run, and whether one had no budget left, with a run or without. */
export async function monthSoFar(
  s3: S3Client,
  bucket: string,
  name: string,
  at: string,
): Promise<{ readonly trained: readonly Firing[]; readonly outOfBudget: boolean }> {
  const keys = await keysUnder(s3, bucket, `${s3Keys.firings(name)}${monthOf(at)}`);
  const trained = await readCards<Firing>(s3, bucket, keys.filter(hasRun), firingShape);
  const outOfBudget =
    keys.some((key) => key.endsWith(OUT_OF_BUDGET)) || trained.some(({ decision }) => decision.obstacle === 'budget');
  return { trained, outOfBudget };
}

/** How many of the newest runs are looked after. */
const LOOKED_AFTER = 16;

/** The newest firings whose run is not known to be over. */
export async function unsettledFirings(s3: S3Client, bucket: string, name: string): Promise<Firing[]> {
  const keys = (await keysUnder(s3, bucket, s3Keys.firings(name))).filter(hasRun).slice(-LOOKED_AFTER);
  return (await readCards<Firing>(s3, bucket, keys, firingShape)).filter(({ endedAt }) => endedAt === undefined);
}

const JUDGED: ReadonlySet<Firing['outcome']> = new Set(['passed', 'rejected', 'declined']);

/** The last run of the schedule that did its work. */
export async function lastJudged(s3: S3Client, bucket: string, name: string): Promise<JudgedRun | undefined> {
  const keys = await keysUnder(s3, bucket, s3Keys.firings(name));
  for (const key of keys.filter(hasRun).reverse()) {
    const { run, outcome, decision } = await readCard<Firing>(s3, bucket, key, firingShape);
    if (run !== undefined && JUDGED.has(outcome)) return { run, at: decision.at };
  }
  return undefined;
}
