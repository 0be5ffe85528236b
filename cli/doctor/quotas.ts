import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  type ServiceQuota,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { errorTypeOf } from '../../activities/errors.ts';
import type { ChampionSpec } from '../../spec/champion.ts';
import type { Spec } from '../../spec/spec.ts';
import { failed, passed, skipped, type Verdict } from './check.ts';
import { IMPATIENT } from './impatient.ts';

/** Machines that a run has at the same time. */
export interface InstanceNeed {
  /** Any of them will do. */
  readonly types: readonly string[];
  /** In the words of Service Quotas, whose quotas are called `ml.m5.large for training job usage`. */
  readonly use: 'training job usage' | 'transform job usage' | 'endpoint usage';
  readonly count: number;
}

/** The machines of a run, and of a champion that it meets. */
export function needsOf({ train, evaluate, deploy }: Spec, champion?: ChampionSpec): InstanceNeed[] {
  const before = champion?.evaluate.by === 'transform' ? champion.evaluate : undefined;
  return [
    ...(train.engine === 'sagemaker'
      ? [{ types: train.instance, use: 'training job usage', count: train.instanceCount } as const]
      : []),
    // Who takes part in an evaluation does so at the same time.
    ...(evaluate?.by === 'transform'
      ? [
          {
            types: [evaluate.instance],
            use: 'transform job usage',
            count: 1 + Number(train.base !== undefined) + Number(before !== undefined),
          } as const,
        ]
      : []),
    ...(before && evaluate && evaluate.by !== 'transform'
      ? [{ types: [before.instance], use: 'transform job usage', count: 1 } as const]
      : []),
    ...(deploy.to === 'sagemaker-endpoint'
      ? [{ types: [deploy.instance], use: 'endpoint usage', count: deploy.instanceCount } as const]
      : []),
  ];
}

/** Whether the account's quotas allow the machines; what else uses them at the moment is not looked at. */
export async function quotaVerdict(
  variables: NodeJS.ProcessEnv,
  region: string,
  needs: readonly InstanceNeed[],
): Promise<Verdict> {
  if (needs.length === 0) return skipped('give a spec, or --instance, to have the quotas of its machines looked up');
  // Credentials of an endpoint of one's own are none for AWS.
  const elsewhere = variables.AWS_ENDPOINT_URL_SAGEMAKER ?? variables.AWS_ENDPOINT_URL;
  if (elsewhere && !variables.AWS_ENDPOINT_URL_SERVICE_QUOTAS) return skipped(`${elsewhere} has no Service Quotas`);
  try {
    return verdictOf(needs, await quotasOf(region, needs), region);
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return skipped('these credentials may not list them (servicequotas:ListServiceQuotas)');
  }
}

const namesOf = ({ types, use }: InstanceNeed): string[] => types.map((type) => `${type} for ${use}`);

function verdictOf(needs: readonly InstanceNeed[], quotas: ReadonlyMap<string, ServiceQuota>, region: string): Verdict {
  const isEnough = (name: string, count: number): boolean => (quotas.get(name)?.Value ?? count) >= count;
  const short = needs.filter((need) => !namesOf(need).some((name) => isEnough(name, need.count)));
  const told = (need: InstanceNeed): string =>
    namesOf(need)
      .map((name) => `${quotas.get(name)?.Value ?? 'unknown'} ${name}`)
      .join(', ');
  if (short.length === 0) return passed(needs.map(told).join(', '));
  const console = `https://${region}.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas`;
  const pages = short.flatMap(namesOf).map((name) => `${console}/${quotas.get(name)?.QuotaCode}`);
  return failed(
    short.map((need) => `${told(need)}, and the run needs ${need.count}`).join('; '),
    `name another instance type, or ask for more: ${pages.join(' ')}`,
  );
}

/** Quotas that nobody has raised stand in the list of defaults alone. There are thousands, so neither is read in vain. */
async function quotasOf(region: string, needs: readonly InstanceNeed[]): Promise<Map<string, ServiceQuota>> {
  const client = new ServiceQuotasClient({ region, ...IMPATIENT });
  const wanted = new Set(needs.flatMap(namesOf));
  const found = new Map<string, ServiceQuota>();
  for (const List of [ListServiceQuotasCommand, ListAWSDefaultServiceQuotasCommand]) {
    let NextToken: string | undefined;
    do {
      const page = await client.send(new List({ ServiceCode: 'sagemaker', MaxResults: 100, NextToken }));
      for (const quota of page.Quotas ?? []) {
        const { QuotaName = '' } = quota;
        if (wanted.has(QuotaName) && !found.has(QuotaName)) found.set(QuotaName, quota);
      }
      NextToken = page.NextToken;
    } while (NextToken && found.size < wanted.size);
    if (found.size === wanted.size) break;
  }
  return found;
}
