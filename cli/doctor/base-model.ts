import {
  BedrockClient,
  type FoundationModelDetails,
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
} from '@aws-sdk/client-bedrock';
import { errorTypeOf } from '../../activities/errors.ts';
import { CUSTOMIZATIONS } from '../../spec/bedrock/customization.ts';
import { findModel, suggestModel } from '../../spec/bedrock/models.ts';
import type { BedrockSpec } from '../../spec/engine.ts';
import { failed, passed, skipped, type Verdict } from './check.ts';
import { IMPATIENT } from './impatient.ts';

/** What a run customizes, and how. */
export type Customizing = Pick<BedrockSpec['train'], 'base' | 'customization'>;

const LIST = 'temper models lists those that can be customized there';

/** Whether the region has the model, it can be customized that way, and the account may use it. */
export async function modelVerdict(region: string, { base, customization }: Customizing): Promise<Verdict> {
  if (base.startsWith('arn:')) return skipped('a model by its ARN is looked at when the job is created');
  const bedrock = new BedrockClient({ region, ...IMPATIENT });
  const modelIdentifier = findModel(base)?.customizedAs ?? base;
  let details: FoundationModelDetails | undefined;
  try {
    details = (await bedrock.send(new GetFoundationModelCommand({ modelIdentifier }))).modelDetails;
  } catch (error) {
    const type = errorTypeOf(error);
    if (type === 'AccessDenied') return skipped('these credentials may not look at it (bedrock:GetFoundationModel)');
    if (type !== 'NotFound' && type !== 'InvalidRequest') throw error;
    const meant = findModel(base) ? undefined : suggestModel(base);
    return failed(`${region} has no model ${base}`, meant ? `did you mean ${meant}?` : LIST);
  }
  // Bedrock lists three ways only; that of reinforcement is not among them.
  const way = CUSTOMIZATIONS[customization];
  const supported = details?.customizationsSupported ?? [];
  if (way !== 'REINFORCEMENT_FINE_TUNING' && !supported.includes(way)) {
    const takes = supported.length > 0 ? `it takes ${supported.join(', ')}` : 'it cannot be customized there';
    return failed(`${base} does not take ${way} in ${region}: ${takes}`, LIST);
  }
  return accessVerdict(bedrock, base, details?.modelLifecycle?.status === 'LEGACY');
}

async function accessVerdict(bedrock: BedrockClient, modelId: string, isLegacy: boolean): Promise<Verdict> {
  const known = `${modelId} can be customized${isLegacy ? '; AWS is about to withdraw it' : ''}`;
  try {
    const { authorizationStatus, entitlementAvailability, agreementAvailability } = await bedrock.send(
      new GetFoundationModelAvailabilityCommand({ modelId }),
    );
    if (agreementAvailability?.status !== 'AVAILABLE' || entitlementAvailability !== 'AVAILABLE') {
      return failed(
        `this account has no access to ${modelId}`,
        'ask for it in the console of Bedrock, under model access, in the region of the run',
      );
    }
    if (authorizationStatus !== 'AUTHORIZED') {
      return failed(`these credentials are not authorized to use ${modelId}`, 'allow bedrock:InvokeModel on it');
    }
    return passed(`${known}, and this account has access to it`);
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return passed(
      `${known}; whether this account has access may not be asked (bedrock:GetFoundationModelAvailability)`,
    );
  }
}
