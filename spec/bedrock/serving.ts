/** How custom models of Bedrock can be served, and what a spec asks for that cannot be. */
import { findModel } from './models.ts';

/** The parts of a spec that say how a model is trained, evaluated and served. */
export interface Plans {
  readonly train: { readonly engine: string; readonly base?: string | undefined };
  readonly evaluate?: unknown;
  readonly deploy: { readonly to: string };
}

/**
 * Whether custom models of a base can be deployed on demand in a region, or anywhere where none is given. Of a base that is
 * not known here AWS is left to say.
 */
export function deploysOnDemand(base: string, region?: string): boolean {
  const model = findModel(base);
  if (!model) return true;
  const regions = model.onDemandDeployment?.regions ?? [];
  return region === undefined ? regions.length > 0 : regions.includes(region);
}

/**
 * What the candidate of a spec answers its evaluation from: a deployment on demand wherever that can be had, as nothing
 * bills by the hour before the model has passed.
 */
export function candidateServing(
  { deploy, train }: Plans,
  region?: string,
): 'bedrock-on-demand' | 'bedrock-provisioned' {
  const onDemand = deploysOnDemand(train.base ?? '', region);
  return deploy.to === 'bedrock-provisioned' && !onDemand ? 'bedrock-provisioned' : 'bedrock-on-demand';
}

export interface ServingProblem {
  /** `['deploy', 'to']` */
  readonly path: readonly string[];
  readonly message: string;
}

/** What of a Bedrock run could not be served in the end, known before anything is paid. */
export function servingProblem({ deploy, train, evaluate }: Plans, region?: string): ServingProblem | undefined {
  const { engine, base = '' } = train;
  if (engine !== 'bedrock' || deploysOnDemand(base, region)) return undefined;
  const where = region !== undefined && deploysOnDemand(base) ? ` in ${region}` : '';
  const fix = 'set deploy: { to: bedrock-provisioned, modelUnits: 1, ttl: 8h }, which bills by the hour';
  const message = `custom models of ${base} are served by provisioned throughput only${where}`;
  if (deploy.to === 'bedrock-on-demand') return { path: ['deploy', 'to'], message: `${message}: ${fix}` };
  if (deploy.to === 'none' && evaluate !== undefined) {
    return {
      path: ['evaluate'],
      message: `${message}, and answer no evaluation without one: ${fix}, or leave evaluate out`,
    };
  }
  return undefined;
}

/** What serves, as far as it matters for giving it another model. */
export interface Serving {
  /** ARN of the custom model that it has. */
  readonly model: string;
  /** Of a provisioned throughput. */
  readonly modelUnits?: number;
}

/** Why what serves cannot be given the model of a spec, ever: AWS changes neither its base nor its units. */
export function takeoverProblem(
  serving: Serving,
  wanted: { readonly base: string; readonly modelUnits?: number },
): { readonly problem: string; readonly fix: string } | undefined {
  const [now, next] = [findModel(serving.model), findModel(wanted.base)];
  if (now && next && now.id !== next.id) {
    return {
      problem: `serves models of ${now.id}, and AWS gives it none of ${next.id}`,
      fix: 'choose another deploy.name, or delete it, so that the next run creates it anew',
    };
  }
  const { modelUnits: has } = serving;
  if (wanted.modelUnits === undefined || has === undefined || has === wanted.modelUnits) return undefined;
  return {
    problem: `has ${has} model ${has === 1 ? 'unit' : 'units'}, the spec says ${wanted.modelUnits}, and AWS changes no units`,
    fix: 'set deploy.modelUnits to what it has, or delete it, so that the next run creates it anew',
  };
}

/** What a provisioned throughput bills, for people: `1 model unit by the hour, until 2026-11-25 15:42 UTC`. */
export function hoursText({
  modelUnits,
  expiresAt,
}: {
  readonly modelUnits: number;
  readonly expiresAt?: string;
}): string {
  const until = expiresAt === undefined ? 'it is deleted' : `${expiresAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `${modelUnits} model ${modelUnits === 1 ? 'unit' : 'units'} by the hour, until ${until}`;
}
