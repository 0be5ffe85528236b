import {
  CreateModelCommand,
  DeleteModelCommand,
  DescribeModelCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { type Contender, modelName, type RunRef } from '../../spec/naming.ts';
import type { Account, ModelRef } from '../../spec/record.ts';
import { unlessNotFound } from '../errors.ts';
import { createOrAttach, isOf, resourceTags } from './tags.ts';

/** Creates the contender's SageMaker model, or attaches to it, and gives its name. */
export async function ensureModel(
  sagemaker: SageMakerClient,
  run: RunRef,
  contender: Contender,
  model: ModelRef,
  account: Account,
): Promise<string> {
  const ModelName = modelName(run, contender);
  const request = {
    ModelName,
    ExecutionRoleArn: account.roleArn,
    PrimaryContainer: {
      Image: model.serving.image,
      ModelDataUrl: model.artifact,
      Environment: { ...model.serving.environment },
    },
  };
  const Tags = resourceTags(run, 'evaluate', request);
  await createOrAttach(
    sagemaker,
    `model ${ModelName}`,
    Tags,
    () => sagemaker.send(new CreateModelCommand({ ...request, Tags })),
    async () => (await sagemaker.send(new DescribeModelCommand({ ModelName }))).ModelArn,
  );
  return ModelName;
}

/** Deletes the contender's SageMaker model, where the run made what has its name. Gone already is fine. */
export async function removeModel(sagemaker: SageMakerClient, run: RunRef, contender: Contender): Promise<void> {
  const ModelName = modelName(run, contender);
  const model = await unlessNotFound(`describe model ${ModelName}`, () =>
    sagemaker.send(new DescribeModelCommand({ ModelName })),
  );
  if (model?.ModelArn && (await isOf(sagemaker, run, model.ModelArn))) await deleteModel(sagemaker, run, contender);
}

/** Deletes a model that {@link ensureModel} has made, or attached to; its artifact in S3 stays. */
export async function deleteModel(sagemaker: SageMakerClient, run: RunRef, contender: Contender): Promise<void> {
  const ModelName = modelName(run, contender);
  await unlessNotFound(`delete model ${ModelName}`, () => sagemaker.send(new DeleteModelCommand({ ModelName })));
}
