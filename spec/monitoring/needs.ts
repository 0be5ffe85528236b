/** What it takes to watch a model that serves, as far as its spec says. Pure. */
import type { z } from 'zod';
import type { deploy } from '../schema/deploy.ts';
import type { retrain } from '../schema/retrain.ts';

interface Watching {
  readonly deploy: z.infer<typeof deploy>;
  readonly retrain?: z.infer<typeof retrain> | undefined;
}

/** Triggers that look at what a served model is asked, where nothing would be kept of it. */
export function watchingProblems({
  deploy: { to, ...served },
  retrain,
}: Watching): { path: string[]; message: string }[] {
  const watching = (['drift', 'liveMetric'] as const).filter((trigger) => retrain?.when?.[trigger]);
  const lack =
    to === 'none'
      ? 'the model serves nowhere (deploy.to: none), so that nobody asks it'
      : to === 'sagemaker-endpoint' && !('capture' in served && served.capture)
        ? 'needs what the endpoint is asked: give deploy.capture, such as { share: 0.2 }'
        : undefined;
  return lack === undefined ? [] : watching.map((trigger) => ({ path: ['retrain', 'when', trigger], message: lack }));
}
