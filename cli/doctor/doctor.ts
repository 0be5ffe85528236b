/** Looks at everything that a run needs, at the same time. */
import { type ChampionSpec, isOfOtherEngine } from '../../spec/champion.ts';
import { isBedrock } from '../../spec/engine.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { findEnvironment, nameEnvironment } from '../environment.ts';
import { UserError } from '../errors.ts';
import { championMet } from '../plan/look-up.ts';
import { readSpec } from '../runs/read-spec.ts';
import { checkAws } from './aws.ts';
import { type Check, failed, passed } from './check.ts';
import { checkMachine } from './machine.ts';
import { type InstanceNeed, needsOf } from './quotas.ts';
import type { Assumers } from './role.ts';
import { checkTemporal } from './temporal.ts';
import { watchesTraffic } from './traffic.ts';

export interface Diagnosis {
  /** Whether no check failed. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export interface Patient {
  /** A spec, whose region, bucket, role and machines are looked at. */
  readonly file?: string;
  /** Machines for training beside those of the spec. */
  readonly instances: readonly string[];
}

/** Never rejects for what it finds. */
export async function diagnose(context: Context, { file, instances }: Patient): Promise<Diagnosis> {
  const { spec, specCheck } = file === undefined ? {} : await lookAtSpec(context, file);
  const environment = await findEnvironment(context);
  nameEnvironment(context, environment);
  context.output.live('  looking ...');
  const champion = spec && (await championMet(environment, spec));
  const { TEMPER_BUCKET, TEMPER_ROLE_ARN } = environment.variables;
  const named = instances.map((type): InstanceNeed => ({ types: [type], use: 'training job usage', count: 1 }));
  const groups = await Promise.all([
    checkMachine(context),
    checkTemporal(context),
    checkAws(environment, {
      region: spec?.aws.region,
      bucket: spec?.aws.bucket ?? TEMPER_BUCKET,
      role: spec?.aws.role ?? TEMPER_ROLE_ARN,
      instances: [...(spec ? needsOf(spec, champion) : []), ...named],
      assumers: assumersOf(spec, champion),
      ...(spec && isBedrock(spec) && { customizes: spec.train }),
      ...(spec && watchesTraffic(spec) && { watches: spec }),
      ...(spec?.notify && { topic: spec.notify.topic }),
    }),
  ]);
  const checks = [...(specCheck ? [specCheck] : []), ...groups.flat()];
  return { ok: checks.every(({ status }) => status !== 'failed'), checks };
}

/** Without a spec the run is taken for one of SageMaker. */
function assumersOf(spec: Spec | undefined, champion: ChampionSpec | undefined): Assumers {
  const imports = spec?.deploy.to === 'bedrock-import';
  if (imports || (spec && champion && isOfOtherEngine(spec, champion))) {
    return ['sagemaker.amazonaws.com', 'bedrock.amazonaws.com'];
  }
  return spec && isBedrock(spec) ? ['bedrock.amazonaws.com'] : ['sagemaker.amazonaws.com'];
}

async function lookAtSpec(context: Context, file: string): Promise<{ spec?: Spec; specCheck?: Check }> {
  try {
    const { spec } = await readSpec(context, file, []);
    return { spec, specCheck: { check: 'spec', ...passed(`${file} can be run`) } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const fix = error.fix ?? `correct it; temper check ${file} says the same and more`;
    return { specCheck: { check: 'spec', ...failed(error.message, fix) } };
  }
}
