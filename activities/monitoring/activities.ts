import { Context } from '@temporalio/activity';
import type { DriftLimits } from '../../spec/monitoring/drift.ts';
import type { DriftEvidence, LiveEvidence } from '../../spec/monitoring/evidence.ts';
import type { LiveMetric } from '../../spec/monitoring/live.ts';
import type { Account } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import type { AwsProvider } from '../aws.ts';
import { measureDrift, type WatchQuestion } from './drift.ts';
import { measureLive } from './live.ts';

/** Of a model whose versions lie in the account's bucket. */
interface Monitored extends Omit<WatchQuestion, 'bucket'> {
  readonly account: Account;
}

/** What has become of the model that serves: how it is asked now, and how it answers. */
export function createMonitoringActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** What the newest version was asked of late, beside what it was trained on: `retrain.when.drift`. */
    async driftEvidence({
      account,
      drift,
      ...question
    }: Monitored & { readonly drift: DriftLimits }): Promise<DriftEvidence> {
      const asked = { ...question, bucket: account.bucket, limits: drift };
      return measureDrift(aws(account.region), asked, Context.current().cancellationSignal);
    },

    /**
     * What the newest version answered of late, scored by labels that came later: `retrain.when.liveMetric`.
     * Fails with `InvalidData` where there are more labels than can be held.
     */
    async liveEvidence(
      input: Monitored & { readonly spec: Spec; readonly liveMetric: LiveMetric },
    ): Promise<LiveEvidence> {
      const { account, ...question } = input;
      return measureLive(
        aws(account.region),
        { ...question, bucket: account.bucket },
        Context.current().cancellationSignal,
      );
    },
  };
}
