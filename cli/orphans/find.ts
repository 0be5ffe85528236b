/** What lies around or bills in AWS and belongs to no run that is open, and was not handed over. */
import { PREVIOUS_TAG, PROVEN_TAG } from '../../activities/deployment/endpoints.ts';
import type { Prices } from '../../spec/cost/prices.ts';
import { servedModels, strandedImports, strandedServers } from './bedrock-servers.ts';
import type { FoundEndpoint, Inventory, MadeConfig } from './inventory.ts';
import type { Made } from './listing.ts';
import { type EndOf, OPEN, type Orphan, type OrphanKind } from './orphan.ts';

/** Passed or rejected, in Temporal's words. */
const JUDGED = 'completed';

/** The configs that endpoints may still go back to, from the given ones on. */
function wayBack(from: readonly string[], configs: ReadonlyMap<string, MadeConfig>): Set<string> {
  const kept = new Set<string>();
  for (const first of from) {
    for (
      let name: string | undefined = first;
      name && !kept.has(name);
      name = configs.get(name)?.tags.get(PREVIOUS_TAG)
    ) {
      kept.add(name);
    }
  }
  return kept;
}

/** An endpoint with a config that was never proven, of a run that is over; the one that it has is as it should be. */
async function strandedEndpoint(
  endpoint: FoundEndpoint,
  configs: ReadonlyMap<string, MadeConfig>,
  endOf: EndOf,
): Promise<Orphan | undefined> {
  const { name, status, since, run: creator } = endpoint;
  const config = configs.get(endpoint.configs.at(-1) ?? '');
  if (!config || config.tags.has(PROVEN_TAG) || status === 'Deleting') return undefined;
  const ended = await endOf(config.run);
  if (ended === OPEN || (creator && (await endOf(creator)) === OPEN)) return undefined;
  const previous = config.tags.get(PREVIOUS_TAG);
  const known = { kind: 'endpoint', name, run: config.run, ended, status, ...(since && { since }) } as const;
  if (previous && configs.has(previous)) return { ...known, bills: true, previous };
  return creator === config.run ? { ...known, bills: status !== 'Failed' } : undefined;
}

async function ofRuns(kind: OrphanKind, made: readonly Made[], bills: boolean, endOf: EndOf): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const { name, run, status, since } of made) {
    const ended = await endOf(run);
    if (ended === OPEN) continue;
    orphans.push({ kind, name, run, ended, ...(status && { status }), ...(since && { since }), bills });
  }
  return orphans;
}

/** A custom model whose run did not come to a verdict; one whose run did is kept, also where that was not written on it. */
async function strandedModels({ bedrock }: Inventory, served: ReadonlySet<string>, endOf: EndOf): Promise<Orphan[]> {
  const unserved = bedrock.customModels.filter(({ arn }) => !served.has(arn));
  const orphans = await ofRuns('custom model', unserved, true, endOf);
  return orphans.filter(({ ended }) => ended !== JUDGED);
}

/** An upload belongs to all runs of its name: any of them that is open may go on with it. */
async function strandedUploads({ uploads }: Inventory, endOfName: EndOf): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const { Key = '', UploadId = '', Initiated } of uploads) {
    const name = Key.split('/')[1] ?? '';
    const ended = await endOfName(name);
    if (ended === OPEN) continue;
    const since = Initiated && { since: Initiated.toISOString() };
    orphans.push({
      kind: 'upload',
      name: Key,
      run: `temper/${name}`,
      ended,
      ...since,
      bills: true,
      uploadId: UploadId,
    });
  }
  return orphans;
}

/** The orphans of an inventory, in the order in which they can be taken away. */
export async function orphansIn(
  inventory: Inventory,
  endOf: EndOf,
  endOfName: EndOf,
  prices: Prices,
): Promise<Orphan[]> {
  const { bedrock } = inventory;
  const configs = new Map(inventory.configs.map((config) => [config.name, config]));
  const endpoints: Orphan[] = [];
  const needed: string[] = [];
  for (const endpoint of inventory.endpoints) {
    const orphan = await strandedEndpoint(endpoint, configs, endOf);
    if (orphan) endpoints.push(orphan);
    if (!orphan) needed.push(...endpoint.configs);
    else if (orphan.previous) needed.push(orphan.previous);
  }
  const kept = wayBack(needed, configs);
  const served = new Set(inventory.configs.filter(({ name }) => kept.has(name)).flatMap(({ models }) => models));
  const unneeded = (made: readonly Made[], inUse: ReadonlySet<string>) => made.filter(({ name }) => !inUse.has(name));
  const servers = await strandedServers(bedrock, endOf, prices);
  return [
    ...(await ofRuns('training job', inventory.trainingJobs, true, endOf)),
    ...(await ofRuns('customization job', bedrock.customizationJobs, true, endOf)),
    ...(await ofRuns('transform job', inventory.transformJobs, true, endOf)),
    ...(await ofRuns('batch inference job', bedrock.batchJobs, true, endOf)),
    ...(await ofRuns('evaluation job', bedrock.evaluationJobs, true, endOf)),
    ...endpoints,
    ...(await ofRuns('endpoint config', unneeded(inventory.configs, kept), false, endOf)),
    ...(await ofRuns('model', unneeded(inventory.models, served), false, endOf)),
    ...servers,
    ...(await ofRuns('import job', bedrock.importJobs, false, endOf)),
    ...(await ofRuns('imported model', strandedImports(bedrock), true, endOf)),
    ...(await strandedModels(inventory, servedModels(bedrock, servers), endOf)),
    ...(await strandedUploads(inventory, endOfName)),
  ];
}
