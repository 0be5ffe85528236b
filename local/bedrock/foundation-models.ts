/** ListFoundationModels and GetFoundationModel: the models of spec/bedrock/models.json. */

import { CUSTOMIZATIONS, type Customization } from '../../spec/bedrock/customization.ts';
import { BASE_MODELS, type BaseModel } from '../../spec/bedrock/models.ts';
import type { Json } from '../aws/model.ts';
import type { Operations } from '../aws/operations.ts';
import { AwsError } from '../aws/protocol.ts';
import { foundationModelArn } from './arns.ts';
import type { Context, Service } from './context.ts';

export class FoundationModels implements Service {
  readonly #models: readonly Json[];

  constructor(context: Context) {
    this.#models = BASE_MODELS.flatMap((model) => detailsOf(model, context));
  }

  readonly operations: Operations = {
    ListFoundationModels: (request) => ({
      modelSummaries: this.#models.filter(
        (model) =>
          (request.byProvider === undefined ||
            String(model.providerName).toLowerCase() === String(request.byProvider).toLowerCase()) &&
          has(model.customizationsSupported, request.byCustomizationType) &&
          has(model.outputModalities, request.byOutputModality) &&
          has(model.inferenceTypesSupported, request.byInferenceType),
      ),
    }),
    GetFoundationModel: ({ modelIdentifier }) => ({ modelDetails: this.#get(modelIdentifier) }),
    // Nobody has to ask for access here.
    GetFoundationModelAvailability: ({ modelId }) => ({
      modelId: this.#get(modelId).modelId,
      agreementAvailability: { status: 'AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'AVAILABLE',
      regionAvailability: 'AVAILABLE',
    }),
  };

  #get(identifier: unknown): Json {
    const found = this.#models.find(({ modelId, modelArn }) => modelId === identifier || modelArn === identifier);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Could not find the foundation model ${identifier}.`);
  }
}

function has(values: unknown, wanted: unknown): boolean {
  return wanted === undefined || (values as readonly unknown[]).includes(wanted);
}

/** As AWS lists it: once as it answers, and once as it is customized, where that is another id. */
function detailsOf(model: BaseModel, context: Context): Json[] {
  const { id, customizedAs, name, provider, input, family, invocation, customizations } = model;
  const supported = (Object.keys(customizations) as Customization[]).map((way) => CUSTOMIZATIONS[way]);
  const details = (
    modelId: string,
    customizationsSupported: readonly string[],
    inferenceTypes: readonly string[],
  ): Json => ({
    modelArn: foundationModelArn(context, modelId),
    modelId,
    // Whoever reads it should not take it for the real one.
    modelName: `${name} (stand-in)`,
    providerName: provider,
    inputModalities: input.map((each) => each.toUpperCase()),
    outputModalities: [family.includes('embed') ? 'EMBEDDING' : /image|canvas/.test(family) ? 'IMAGE' : 'TEXT'],
    responseStreamingSupported: true,
    customizationsSupported,
    inferenceTypesSupported: inferenceTypes,
    modelLifecycle: { status: model.delisted ? 'LEGACY' : 'ACTIVE' },
  });
  const onDemand = invocation.map((each) => (each === 'on-demand' ? 'ON_DEMAND' : 'INFERENCE_PROFILE'));
  if (customizedAs === id) return [details(id, supported, [...onDemand, 'PROVISIONED'])];
  return [details(id, [], onDemand), details(customizedAs, supported, ['PROVISIONED'])];
}
