import type { AwsProvider } from '../aws.ts';
import { tagsOf } from '../bedrock/tags.ts';
import { removeServer } from './candidate.ts';
import { GUARD_TAG, provisioned } from './provisioned.ts';

export interface GuardedThroughput {
  /** Workflow id of the guard that asks. */
  readonly guard: string;
  readonly region: string;
  /** What the throughput may be called. */
  readonly names: readonly string[];
}

/** What the guards of provisioned throughputs do. */
export function createGuardActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * Deletes the throughputs that are still the guard's to delete, and throws `InProgress` until they are gone. One that a
     * later run has taken over carries the id of another guard, and is left alone.
     */
    async endThroughput({ guard, region, names }: GuardedThroughput): Promise<void> {
      const { bedrock } = aws(region);
      for (const name of names) {
        const throughput = await provisioned.find(bedrock, name);
        if (!throughput || (await tagsOf(bedrock, throughput.arn)).get(GUARD_TAG) !== guard) continue;
        await removeServer(bedrock, { to: 'bedrock-provisioned' }, throughput);
      }
    },
  };
}
