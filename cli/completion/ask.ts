/** Names that only Temporal, AWS or the catalogue know; asked with little patience, as somebody holds the Tab key. */
import type { Context } from '../context.ts';
import type { RunSummary } from '../runs/list.ts';
import type { Temporal } from '../temporal.ts';
import type { Candidate, Kind } from './candidates.ts';

const PATIENCE_MS = 1_000;
const NEWEST = 50;

/** No names where whoever knows them does not answer at once: there is nobody to tell an error to. */
export async function namesOf(kind: Kind, context: Context): Promise<Candidate[]> {
  try {
    switch (kind) {
      case 'run':
        return await runs(context);
      case 'name':
        return [...new Set((await listed(context)).map(({ name }) => name))].map((value) => ({ value }));
      case 'schedule':
        return await scheduled(context);
      case 'endpoint':
        return await endpoints(context);
      case 'model':
        return await models();
      case 'code':
        return await codes();
      default:
        return [];
    }
  } catch {
    return [];
  }
}

/** The newest runs, and before them their names, which stand for the newest of each. */
async function runs(context: Context): Promise<Candidate[]> {
  const found = await listed(context);
  const names = [...new Set(found.map(({ name }) => name))];
  return [
    ...names.map((value) => ({ value, description: 'its newest run' })),
    ...found.map(({ name, id, outcome, stage, startedAt }) => ({
      value: `${name}/${id}`,
      description: `${outcome ?? `in ${stage ?? 'data'}`}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    })),
  ];
}

async function listed(context: Context): Promise<RunSummary[]> {
  const { listRuns } = await import('../runs/list.ts');
  return impatiently(context, (temporal) => listRuns(temporal, { limit: NEWEST }));
}

async function scheduled(context: Context): Promise<Candidate[]> {
  const { scheduledNames } = await import('../schedules/find.ts');
  return (await impatiently(context, scheduledNames)).map((value) => ({ value }));
}

async function impatiently<T>(context: Context, look: (temporal: Temporal) => Promise<T>): Promise<T> {
  const { withTemporal } = await import('../temporal.ts');
  return withTemporal(
    context,
    (temporal) => temporal.client.withDeadline(Date.now() + PATIENCE_MS, () => look(temporal)),
    PATIENCE_MS,
  );
}

async function endpoints(context: Context): Promise<Candidate[]> {
  const { findEnvironment, resolveRegion } = await import('../environment.ts');
  const { ListEndpointsCommand, SageMakerClient } = await import('@aws-sdk/client-sagemaker');
  const region = await resolveRegion(await findEnvironment(context));
  if (!region) return [];
  const requestHandler = { connectionTimeout: PATIENCE_MS, requestTimeout: PATIENCE_MS, throwOnRequestTimeout: true };
  const sagemaker = new SageMakerClient({ region, maxAttempts: 1, requestHandler });
  try {
    const { Endpoints } = await sagemaker.send(new ListEndpointsCommand({ MaxResults: NEWEST }));
    return (Endpoints ?? []).map(({ EndpointName: value = '', EndpointStatus: description = '' }) => ({
      value,
      description,
    }));
  } finally {
    sagemaker.destroy();
  }
}

/** Those that are known without asking anybody. */
async function models(): Promise<Candidate[]> {
  const { BASE_MODELS } = await import('../../spec/bedrock/models.ts');
  return BASE_MODELS.map(({ id, name }) => ({ value: id, description: name }));
}

async function codes(): Promise<Candidate[]> {
  const { EXPLAINED } = await import('../../spec/errors/catalogue.ts');
  return EXPLAINED.map(({ code, means }) => ({ value: code, description: means }));
}
