/** What serves on Bedrock, or was imported to, and no run looks after any more. */
import { PREVIOUS_TAG, PROVEN_TAG } from '../../activities/deployment/endpoints.ts';
import { GUARD_TAG } from '../../activities/deployment/provisioned.ts';
import { findModel } from '../../spec/bedrock/models.ts';
import { modelPrices, type Prices } from '../../spec/cost/prices.ts';
import { candidateDeploymentName, championDeploymentName, parseWorkflowId, TAGS } from '../../spec/naming.ts';
import type { BedrockInventory, FoundServer } from './bedrock-inventory.ts';
import type { Made } from './listing.ts';
import { type EndOf, OPEN, type Orphan } from './orphan.ts';

/** The run that has yet to prove what the server answers with, or to take it away; nothing where it was handed over. */
function holderOf({ name, status, tags, modelTags }: FoundServer): string | undefined {
  const creator = tags.get(TAGS.run);
  const run = parseWorkflowId(creator ?? '');
  if (!run || (![candidateDeploymentName(run), championDeploymentName(run)].includes(name) && status !== 'Failed')) {
    return modelTags.has(PROVEN_TAG) ? undefined : modelTags.get(TAGS.run);
  }
  return creator;
}

/** What a throughput bills by the hour, where that is known. */
function hourly({ modelUnits, commitment, models }: FoundServer, prices: Prices): Partial<Orphan> {
  if (modelUnits === undefined) return {};
  const base = findModel(models[0] ?? '')?.id;
  const price =
    base === undefined ? undefined : modelPrices(base, prices.bedrock).perModelUnitHour?.[commitment ?? 'none'];
  return { modelUnits, ...(price !== undefined && { usdPerHour: price * modelUnits }) };
}

async function strandedServer(server: FoundServer, endOf: EndOf, prices: Prices): Promise<Orphan | undefined> {
  const { kind, name, arn, status, since, tags, modelTags } = server;
  const creator = tags.get(TAGS.run);
  if (creator === undefined) return undefined;
  const told = {
    ...{ kind, name, arn, status, bills: kind === 'provisioned throughput' && status !== 'Failed' },
    ...(since && { since }),
    ...hourly(server, prices),
  };
  const guard = tags.get(GUARD_TAG);
  const guarded = guard === undefined ? OPEN : await endOf(guard);
  // Its time to live was to end it, and nobody is there who would.
  if (guard !== undefined && guarded !== OPEN) return { ...told, run: guard, ended: guarded };
  const holder = holderOf(server);
  if (holder === undefined) return undefined;
  const ended = await endOf(holder);
  if (ended === OPEN || (await endOf(creator)) === OPEN) return undefined;
  const previous = modelTags.get(PREVIOUS_TAG);
  if (creator === holder) return { ...told, run: holder, ended };
  return previous === undefined ? undefined : { ...told, run: holder, ended, previous };
}

export async function strandedServers({ servers }: BedrockInventory, endOf: EndOf, prices: Prices): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const server of servers) {
    const orphan = await strandedServer(server, endOf, prices);
    if (orphan) orphans.push(orphan);
  }
  return orphans;
}

/** The custom models that something answers with, now or when the orphans are gone. */
export function servedModels({ servers }: BedrockInventory, orphans: readonly Orphan[]): Set<string> {
  const orphaned = new Set(orphans.map(({ arn }) => arn));
  const served = servers.filter(({ arn }) => !orphaned.has(arn)).flatMap(({ models }) => models);
  return new Set([...served, ...orphans.flatMap(({ previous }) => previous ?? [])]);
}

/** A model that was never proven, or that a later one of the name that it served under has followed. */
export function strandedImports({ importedModels }: BedrockInventory): Made[] {
  const newest = new Map<string, Made>();
  for (const model of importedModels) {
    const served = model.tags.get(TAGS.served) ?? '';
    const known = newest.get(served);
    if (model.tags.has(PROVEN_TAG) && (model.since ?? '') >= (known?.since ?? '')) newest.set(served, model);
  }
  return importedModels.filter((model) => newest.get(model.tags.get(TAGS.served) ?? '') !== model);
}
