/** Reading the lists of an account to their ends, with patience, and the tags of what runs have made. */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorTypeOf, unlessNotFound } from '../../activities/errors.ts';
import type { Tags } from '../../activities/ownership.ts';
import { MADE_BY_A_RUN, TAGS } from '../../spec/naming.ts';

/** Something with the tags of a run on it. */
export interface Made {
  readonly name: string;
  readonly arn: string;
  /** Its status in AWS's words; configs and models have none. */
  readonly status?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly tags: ReadonlyMap<string, string>;
  /** The workflow id in its tags. */
  readonly run: string;
}

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 250;
/** How many calls are under way at once: an account's lists may be long, and runs need the rate limit too. */
const AT_ONCE = 4;

/** Does the call, and again where AWS asks for patience. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const type = errorTypeOf(error);
      if (attempt === ATTEMPTS || (type !== 'Throttled' && type !== 'Unavailable')) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** As SageMaker writes it, and Bedrock. */
interface Page {
  readonly NextToken?: string | undefined;
  readonly nextToken?: string | undefined;
}

/** Everything that the pages of a list hold. */
export async function all<P extends Page, T>(
  page: (NextToken: string | undefined) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const answer = await patiently(() => page(token));
    found.push(...(items(answer) ?? []));
    token = answer.NextToken ?? answer.nextToken;
  } while (token);
  return found;
}

/** Does the work for each item, a few at a time. */
export async function mapped<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}

export interface Candidate {
  readonly name: string | undefined;
  readonly arn: string | undefined;
  readonly status?: string | undefined;
  readonly since: Date | undefined;
}

/** Of the candidates, those with names and tags of a run. */
export async function madeByRuns(
  tagsOf: (arn: string) => Promise<Tags>,
  candidates: readonly Candidate[],
): Promise<Made[]> {
  const named = candidates.filter(({ name, arn }) => arn && MADE_BY_A_RUN.test(name ?? ''));
  const made = await mapped(named, async ({ name = '', arn = '', status, since }): Promise<Made[]> => {
    const tags =
      (await patiently(() => unlessNotFound(`list the tags of ${arn}`, () => tagsOf(arn)))) ??
      new Map<string, string>();
    const run = tags.get(TAGS.run);
    if (!run) return [];
    return [{ name, arn, ...(status && { status }), ...(since && { since: since.toISOString() }), tags, run }];
  });
  return made.flat();
}
