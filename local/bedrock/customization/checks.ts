/** What AWS checks of a customization request beyond its model, before there is a job. */
import { CUSTOMIZATIONS, type Customization } from '../../../spec/bedrock/customization.ts';
import {
  BASE_MODELS,
  type BaseModel,
  type CustomizationFacts,
  hyperparameterProblems,
} from '../../../spec/bedrock/models.ts';
import { validationError } from '../../aws/protocol.ts';
import { parseS3Uri } from '../../aws/s3.ts';
import { foundationModelArn } from '../arns.ts';
import type { Context } from '../context.ts';
import type { CustomModels } from '../custom-models.ts';
import type { JobRequest } from './job.ts';

/** What a job customizes, and how. */
export interface Customizing {
  readonly model: BaseModel;
  readonly customization: Customization;
  readonly facts: CustomizationFacts;
  /** ARN of the base model, or of the custom model that is customized further. */
  readonly arn: string;
}

/** Throws a ValidationException. */
export async function checkRequest(request: JobRequest, context: Context, models: CustomModels): Promise<Customizing> {
  const customizing = customizingOf(request, context, models);
  const { model, customization } = customizing;
  checkWay(request, customizing);
  const given = request.customizationConfig?.rftConfig?.hyperParameters ?? request.hyperParameters ?? {};
  const [problem] = hyperparameterProblems(model, customization, given);
  if (problem) throw validationError(`Invalid hyperParameters: ${problem.message}`);
  const { trainingDataConfig: training, validationDataConfig: validation } = request;
  for (const { s3Uri } of [training, ...(validation?.validators ?? [])]) {
    if (s3Uri !== undefined) await checkFile(s3Uri, context);
  }
  const logs = training.invocationLogsConfig?.invocationLogSource.s3Uri;
  if (logs !== undefined && !(await context.s3.hasPrefix(logs))) throw unreadable(logs);
  return customizing;
}

function customizingOf(
  { baseModelIdentifier: id, customizationType = CUSTOMIZATIONS['fine-tuning'] }: JobRequest,
  context: Context,
  models: CustomModels,
): Customizing {
  const custom = models.resources.find(id);
  const model = BASE_MODELS.find(({ id: own, customizedAs }) =>
    custom ? own === custom.foundationModelId : customizedAs === id || foundationModelArn(context, customizedAs) === id,
  );
  // As AWS, not by the id that the base is invoked by: that of a context length.
  if (!model) throw validationError('The provided model identifier is invalid.');
  const customization = (Object.keys(CUSTOMIZATIONS) as Customization[]).find(
    (way) => CUSTOMIZATIONS[way] === customizationType,
  );
  const facts = customization && model.customizations[customization];
  if (!customization || !facts)
    throw validationError(`The provided model ${id} does not support the customization type ${customizationType}.`);
  if (facts.format === 'image-caption')
    throw validationError(`The laptop region learns from text only; ${model.id} is customized with images.`);
  return { model, customization, facts, arn: custom?.arn ?? foundationModelArn(context, model.customizedAs) };
}

/** What goes with one way to customize a model, and with no other. */
function checkWay(request: JobRequest, { customization, facts }: Customizing): void {
  const { trainingDataConfig: training, customizationConfig: config } = request;
  const logs = training.invocationLogsConfig;
  if ((training.s3Uri === undefined) === (logs === undefined))
    throw validationError('trainingDataConfig must have either s3Uri or invocationLogsConfig.');
  const distilled = customization === 'distillation';
  const reinforced = customization === 'reinforcement-fine-tuning';
  if (logs && !distilled && !reinforced)
    throw validationError(
      `invocationLogsConfig is not supported with customization type ${request.customizationType}.`,
    );
  const teacher = config?.distillationConfig?.teacherModelConfig.teacherModelIdentifier;
  if (distilled !== (teacher !== undefined))
    throw validationError(`distillationConfig ${distilled ? 'is required with' : 'goes only with'} DISTILLATION.`);
  if (teacher !== undefined && !isTeacher(teacher, facts))
    throw validationError(`The provided teacher model ${teacher} is not supported for the student model.`);
  const grader = config?.rftConfig?.graderConfig?.lambdaGrader;
  if (reinforced !== (grader !== undefined))
    throw validationError(
      `rftConfig with a lambdaGrader ${reinforced ? 'is required with' : 'goes only with'} REINFORCEMENT_FINE_TUNING.`,
    );
}

function isTeacher(teacher: string, { teachers }: CustomizationFacts): boolean {
  const id = teacher.replace(/^arn:.*\//, '').replace(/^(us-gov|us|eu|apac|global)\./, '');
  return teachers === undefined || teachers.some((known) => id === known || id.startsWith(`${known}:`));
}

async function checkFile(uri: string, { s3 }: Context): Promise<void> {
  const { key } = parseS3Uri(uri);
  if (key === '' || key.endsWith('/'))
    throw validationError(
      'Invalid training input data configuration. Check the input data S3 Uris(Uri should be a file, not a directory) and retry request',
    );
  if (!(await s3.has(uri))) throw unreadable(uri);
}

function unreadable(uri: string) {
  const { bucket, key } = parseS3Uri(uri);
  return validationError(
    `Could not validate GetObject permissions to access Amazon S3 bucket: ${bucket} at key ${key}`,
  );
}
