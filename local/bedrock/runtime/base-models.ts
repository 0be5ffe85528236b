import { BASE_MODELS } from '../../../spec/bedrock/models.ts';
import { validationError } from '../../aws/protocol.ts';

/** How a base model can be asked. */
interface Invocation {
  readonly id: string;
  readonly invocation: readonly ('on-demand' | 'profile')[];
}

/** The models that can be customized, and those that can only teach others. */
const MODELS: ReadonlyMap<string, Invocation> = new Map(
  [
    ...BASE_MODELS.flatMap(({ customizations }) =>
      Object.values(customizations).flatMap(({ teachers = [] }) => teachers),
    ).map((id): Invocation => ({ id, invocation: ['on-demand', 'profile'] })),
    ...BASE_MODELS,
  ].map((model) => [model.id, model]),
);

const IN_ARN = /^arn:[^:]+:bedrock:[^:]*:[^:]*:(?:foundation-model|inference-profile)\/(.+)$/;
const PROFILE = /^(?:us-gov|us|eu|apac|au|ca|jp|global)\.(.+)$/;

/**
 * The base model that an id means, or an inference profile, or the ARN of either; `undefined` where it means none. Throws
 * a ValidationException where the model cannot be asked by its own id.
 */
export function baseModelOf(modelId: string): string | undefined {
  const id = IN_ARN.exec(modelId)?.[1] ?? modelId;
  const ofProfile = PROFILE.exec(id)?.[1];
  const model = MODELS.get(ofProfile ?? id);
  if (ofProfile !== undefined) return model?.invocation.includes('profile') ? model.id : undefined;
  if (model && !model.invocation.includes('on-demand')) throw notOnDemand(modelId);
  return model?.id;
}

/** What AWS says of a model that has to be asked by something that serves it. */
export function notOnDemand(modelId: string): Error {
  return validationError(
    `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
  );
}
