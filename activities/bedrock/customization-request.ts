import type {
  CreateModelCustomizationJobCommandInput,
  CustomizationConfig,
  RFTHyperParameters,
  TrainingDataConfig,
} from '@aws-sdk/client-bedrock';
import { customizationId } from '../../spec/bedrock/base.ts';
import { CUSTOMIZATIONS } from '../../spec/bedrock/customization.ts';
import type { BedrockSpec } from '../../spec/engine.ts';
import { customModelName, type RunRef, s3Keys, splitFile, trainingJobName } from '../../spec/naming.ts';
import type { Account, DataSet, SplitInfo } from '../../spec/record.ts';
import { failure } from '../errors.ts';
import { s3Uri } from '../s3-uri.ts';

/** What a customization job is made from. */
export interface CustomizationInput {
  readonly run: RunRef;
  readonly attempt: number;
  readonly account: Account;
  readonly spec: BedrockSpec;
  readonly data: DataSet;
}

type Hyperparameters = BedrockSpec['train']['hyperparameters'];

/** Where a job writes its metrics: a prefix of its own. */
export function customizationOutput({ bucket }: Account, run: RunRef, jobName: string): string {
  return s3Uri(bucket, `${s3Keys.runOutput(run)}${jobName}/`);
}

/** Bedrock wants the file, not its prefix. */
const fileOf = ({ uri }: SplitInfo, split: 'train' | 'validation'): string => `${uri}${splitFile(split)}`;

/** Without an exponent, which Bedrock's examples never have: `0.00001`. */
const plain = (value: string | number): string =>
  typeof value === 'string'
    ? value
    : value.toLocaleString('en-US', { useGrouping: false, maximumSignificantDigits: 15 });

function trainingData({ train }: BedrockSpec, { splits }: DataSet): TrainingDataConfig {
  if (train.invocationLogs !== undefined) {
    return { invocationLogsConfig: { invocationLogSource: { s3Uri: train.invocationLogs } } };
  }
  if (!splits.train) throw failure('InvalidData', 'there are no rows to train on');
  return { s3Uri: fileOf(splits.train, 'train') };
}

/** Those of reinforcement fine-tuning have a place and types of their own. */
function rftHyperparameters(given: Hyperparameters): RFTHyperParameters {
  const typed = Object.entries(given).map(([name, value]) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return [name, typeof number === 'number' && !Number.isNaN(number) ? number : value];
  });
  return Object.fromEntries(typed) as RFTHyperParameters;
}

function customizationConfig({ train }: BedrockSpec): CustomizationConfig | undefined {
  const { distillation, reinforcement, hyperparameters } = train;
  if (distillation) {
    const { teacher, maxResponseTokens } = distillation;
    return {
      distillationConfig: {
        teacherModelConfig: {
          teacherModelIdentifier: teacher,
          maxResponseLengthForInference: maxResponseTokens,
        },
      },
    };
  }
  if (!reinforcement) return undefined;
  const given = Object.keys(hyperparameters).length > 0;
  return {
    rftConfig: {
      graderConfig: { lambdaGrader: { lambdaArn: reinforcement.grader } },
      ...(given && { hyperParameters: rftHyperparameters(hyperparameters) }),
    },
  };
}

/**
 * The customization job of a run, without tags. Hyperparameters are texts, also those that are numbers. The test split
 * stays away: what is trained on must not be what is scored.
 */
export function customizationRequest(input: CustomizationInput) {
  const { run, attempt, account, spec, data } = input;
  const { train } = spec;
  const { validation } = data.splits;
  const config = customizationConfig(spec);
  const jobName = trainingJobName(run, attempt);
  const asTexts = Object.entries(train.hyperparameters).map(([name, value]) => [name, plain(value)]);
  return {
    jobName,
    customModelName: customModelName(run, attempt),
    roleArn: account.roleArn,
    baseModelIdentifier: customizationId(train.base),
    customizationType: CUSTOMIZATIONS[train.customization],
    trainingDataConfig: trainingData(spec, data),
    ...(validation && { validationDataConfig: { validators: [{ s3Uri: fileOf(validation, 'validation') }] } }),
    outputDataConfig: { s3Uri: customizationOutput(account, run, jobName) },
    ...(!train.reinforcement && asTexts.length > 0 && { hyperParameters: Object.fromEntries(asTexts) }),
    ...(config && { customizationConfig: config }),
    ...(train.vpc && { vpcConfig: { subnetIds: train.vpc.subnets, securityGroupIds: train.vpc.securityGroups } }),
    ...(train.kmsKey !== undefined && { customModelKmsKeyId: train.kmsKey }),
  } satisfies CreateModelCustomizationJobCommandInput;
}
