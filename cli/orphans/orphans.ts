/** `temper orphans`: finds what no run looks after any more, and takes it away where asked to. */
import { type AwsClients, createAwsClients } from '../../activities/aws.ts';
import { translateAwsError } from '../../activities/errors.ts';
import type { Prices } from '../../spec/cost/prices.ts';
import { NAME_PATTERN } from '../../spec/naming.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { canAsk, confirm } from '../ask.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { resolveRegion } from '../environment.ts';
import { EXIT, usageError } from '../errors.ts';
import { knownPrices } from '../plan/prices.ts';
import { plural } from '../rendering/format.ts';
import { removalLine, renderOrphans } from '../rendering/orphans.ts';
import type { Temporal } from '../temporal.ts';
import { isNotFound } from '../temporal-errors.ts';
import { orphansIn } from './find.ts';
import { takeInventory } from './inventory.ts';
import type { EndOf, Orphan } from './orphan.ts';
import { removeOrphan } from './remove.ts';

export interface OrphanOptions {
  readonly region?: string | undefined;
  readonly bucket?: string | undefined;
  readonly delete: boolean;
  /** Whether what belongs to runs that this Temporal does not know is deleted, too. */
  readonly unknown: boolean;
  readonly yes: boolean;
}

/** An orphan, and where it was to be deleted what became of it. */
export interface Told extends Orphan {
  readonly removed?: boolean;
  /** Why it is still there. */
  readonly problem?: string;
}

const UNKNOWN = 'unknown';

/** How runs ended, each asked for once. */
function endsOfRuns({ client }: Temporal): { readonly endOf: EndOf; readonly endOfName: EndOf } {
  const remembered = (ask: EndOf): EndOf => {
    const known = new Map<string, Promise<string>>();
    return (key) => {
      const answer = known.get(key) ?? ask(key);
      known.set(key, answer);
      return answer;
    };
  };
  const wordOf = (status: string): string => (status === 'RUNNING' ? 'open' : status.toLowerCase().replace('_', ' '));
  return {
    endOf: remembered(async (run) => {
      try {
        return wordOf((await client.workflow.getHandle(run).describe()).status.name);
      } catch (error) {
        if (isNotFound(error)) return UNKNOWN;
        throw error;
      }
    }),
    endOfName: remembered(async (name) => {
      if (!NAME_PATTERN.test(name)) return UNKNOWN;
      // Runs under way come first.
      const query = `WorkflowType = 'fineTune' AND ${searchAttributes.name.name} = '${name}'`;
      for await (const { status } of client.workflow.list({ query })) return wordOf(status.name);
      return UNKNOWN;
    }),
  };
}

interface Found {
  readonly orphans: Orphan[];
  /** Why Bedrock was not looked at. */
  readonly noBedrock?: string;
}

interface Place {
  readonly clients: AwsClients;
  readonly temporal: Temporal;
  readonly bucket: string | undefined;
  readonly prices: Prices;
}

async function find({ clients, temporal, bucket, prices }: Place): Promise<Found> {
  const { endOf, endOfName } = endsOfRuns(temporal);
  const inventory = await takeInventory(clients, bucket);
  const { skipped: noBedrock } = inventory.bedrock;
  return { orphans: await orphansIn(inventory, endOf, endOfName, prices), ...(noBedrock && { noBedrock }) };
}

const idOf = ({ kind, name, uploadId }: Orphan): string => JSON.stringify([kind, name, uploadId]);

/** One after the other, in their order: one that cannot go does not keep the others. */
async function removeAll(
  { output, signal }: Context,
  clients: AwsClients,
  orphans: readonly Orphan[],
  bucket: string | undefined,
): Promise<Told[]> {
  const told: Told[] = [];
  for (const orphan of orphans) {
    const gone = await removeOrphan(clients, orphan, bucket, signal).then(
      () => ({ removed: true }),
      (error: unknown) => {
        if (signal.aborted) throw error;
        return { removed: false, problem: translateAwsError(error, `remove ${orphan.kind} ${orphan.name}`).message };
      },
    );
    const one = { ...orphan, ...gone };
    told.push(one);
    output.note({ code: 'orphan.removed', text: removalLine(one, output.noteStyle), data: one });
  }
  return told;
}

async function isAgreed(context: Context, count: number, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!canAsk(context)) {
    throw usageError('NotAgreed', `nobody is there to ask whether ${plural(count, 'orphan')} may go`, 'add --yes');
  }
  return confirm(context, count === 1 ? '  delete it?' : `  delete these ${count}?`);
}

/** Deletes what it may, and gives all that was found with what became of it. */
async function deleteFound(
  context: Context,
  found: readonly Orphan[],
  options: OrphanOptions,
  place: Place,
): Promise<readonly Told[]> {
  const { clients, bucket } = place;
  const doomed = found.filter(({ ended }) => options.unknown || ended !== UNKNOWN);
  if (doomed.length === 0) return found;
  if (!(await isAgreed(context, doomed.length, options.yes))) {
    context.exitCode = EXIT.failed;
    context.output.note({ code: 'orphans.kept', text: '  nothing was deleted' });
    return found;
  }
  // A run may have taken one up while somebody thought about it.
  const still = new Set((await find(place)).orphans.map(idOf));
  const told = await removeAll(
    context,
    clients,
    doomed.filter((orphan) => still.has(idOf(orphan))),
    bucket,
  );
  if (told.some(({ removed }) => !removed)) context.exitCode = EXIT.failed;
  return found.map((orphan) => told.find((each) => idOf(each) === idOf(orphan)) ?? orphan);
}

export async function tellOrphans(context: Context, temporal: Temporal, options: OrphanOptions): Promise<void> {
  const { output } = context;
  const region = options.region ?? (await resolveRegion(temporal.environment));
  if (!region) throw usageError('RegionMissing', 'not given which AWS region', 'set AWS_REGION or give --region');
  const bucket = options.bucket ?? temporal.environment.variables.TEMPER_BUCKET;
  const clients = createAwsClients(region);
  const place = { clients, temporal, bucket, prices: await knownPrices(context, region) };
  try {
    const { orphans: found, noBedrock } = await find(place);
    const text = output.hint(renderOrphans(found, output));
    if (noBedrock) {
      output.note({ code: 'orphans.no-bedrock', text: `  Bedrock was not looked at: ${noBedrock}` });
    }
    if (!bucket) output.note({ code: 'orphans.no-bucket', text: NO_BUCKET });
    if (!options.delete) return output.result({ region, orphans: found }, text);
    output.story({ code: 'orphans.found', text });
    const orphans = await deleteFound(context, found, options, place);
    if (output.json) output.result({ region, orphans }, '');
  } catch (error) {
    throw awsFailure(error, 'look for orphans');
  }
}

const NO_BUCKET = '  unfinished uploads are not looked for: give --bucket or set TEMPER_BUCKET';
