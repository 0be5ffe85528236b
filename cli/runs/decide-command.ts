import type { Verdict } from '../../spec/approval.ts';
import type { Context } from '../context.ts';
import type { DecideOptions } from './decide.ts';

/** What `approve` and `decline` do with their words. */
export async function decideWith(
  context: Context,
  verdict: Verdict,
  text: string,
  options: DecideOptions,
): Promise<void> {
  const { withTemporal } = await import('../temporal.ts');
  const { resolveRun } = await import('./find.ts');
  const { decide } = await import('./decide.ts');
  const { nameEnvironment } = await import('../environment.ts');
  await withTemporal(context, async (temporal) => {
    nameEnvironment(context, temporal.environment);
    const run = await resolveRun(temporal, text, {
      newest: true,
      preferring: ({ waiting }) => waiting?.startsWith('approval') === true,
    });
    await decide(context, temporal, run, verdict, options);
  });
}
