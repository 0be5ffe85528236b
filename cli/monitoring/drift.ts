/** `temper drift NAME`: what a served model is asked now, beside what it was trained on. */
import { createAwsClients } from '../../activities/aws.ts';
import { measureDrift } from '../../activities/monitoring/drift.ts';
import { measureLive } from '../../activities/monitoring/live.ts';
import { championOf } from '../../activities/monitoring/watched.ts';
import { type DriftLimits, USUAL_LIMITS } from '../../spec/monitoring/drift.ts';
import type { DriftEvidence, LiveEvidence } from '../../spec/monitoring/evidence.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import type { Environment } from '../environment.ts';
import { EXIT } from '../errors.ts';
import { noVersions, type Place, resolvePlace } from '../versions/history.ts';

export interface DriftReport extends DriftEvidence {
  readonly name: string;
  /** What it was held against. */
  readonly limits: DriftLimits;
  /** Where the spec has `liveMetric`. */
  readonly live?: LiveEvidence;
}

export interface DriftOptions extends Place {
  /** Whose limits count; those of the spec that the model was made by where none is given. */
  readonly spec: Spec | undefined;
  /** How far back it is looked, such as `7d`; where it is not given, as far as the spec says. */
  readonly window: string | undefined;
}

/** Throws a user error where it is not known where to look, or nothing of the name is there. Nothing where it is interrupted. */
export async function driftReport(
  context: Context,
  environment: Environment,
  name: string,
  { spec: given, window, ...place }: DriftOptions,
): Promise<DriftReport | undefined> {
  const { signal, output } = context;
  const { region, bucket } = await resolvePlace(environment, place);
  const clients = createAwsClients(region);
  try {
    const champion = await championOf(clients, bucket, name);
    if (!champion) throw noVersions(name, bucket);
    const { record } = champion.card;
    const spec = given ?? record.spec;
    const { drift, liveMetric } = spec.retrain?.when ?? {};
    const usual = { ...USUAL_LIMITS, of: ['text', record.data?.kind === 'classification' ? 'label' : 'answer'] };
    const looking = window === undefined ? {} : { window };
    const limits = { ...(drift ?? usual), ...looking };
    const question = { name, bucket, at: new Date().toISOString() };
    const found = await measureDrift(clients, { ...question, limits }, signal);
    const live =
      liveMetric &&
      (await measureLive(clients, { ...question, spec, liveMetric: { ...liveMetric, ...looking } }, signal));
    return { name, limits, ...found, ...(live && { live }) };
  } catch (error) {
    if (signal.aborted) {
      context.exitCode = EXIT.interrupted;
      output.note({ code: 'interrupted', text: '  stopped looking' });
      return undefined;
    }
    throw awsFailure(error, `measure the drift of ${name}`);
  }
}
