/** What a spec says of its engine, apart from its schema, so that workflows can ask too. */
import type { Spec } from './spec.ts';

type TrainedBy<E extends Spec['train']['engine']> = Spec & { readonly train: Extract<Spec['train'], { engine: E }> };
/** A spec of which SageMaker trains the model. */
export type SageMakerSpec = TrainedBy<'sagemaker'>;
/** A spec of which Bedrock customizes a model. */
export type BedrockSpec = TrainedBy<'bedrock'>;

export const isSageMaker = (spec: Spec): spec is SageMakerSpec => spec.train.engine === 'sagemaker';
export const isBedrock = (spec: Spec): spec is BedrockSpec => spec.train.engine === 'bedrock';

/** What the job is called that makes the model. */
export const jobKind = (spec: Spec): 'training job' | 'customization job' =>
  isBedrock(spec) ? 'customization job' : 'training job';

/** What serves, in AWS's words. */
export const SERVING = {
  'sagemaker-endpoint': 'endpoint',
  'bedrock-on-demand': 'custom model deployment',
  'bedrock-provisioned': 'provisioned throughput',
  'bedrock-import': 'imported model',
} as const;

/** The name under which a model is served that passed; of one that is not, that of the model. */
export function servedName({ name: model, deploy }: Pick<Spec, 'name' | 'deploy'>): string {
  switch (deploy.to) {
    case 'none':
      return model;
    case 'sagemaker-endpoint':
      return deploy.endpoint ?? model;
    case 'bedrock-on-demand':
    case 'bedrock-provisioned':
    case 'bedrock-import':
      return deploy.name ?? model;
  }
}
