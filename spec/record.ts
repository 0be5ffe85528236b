/**
 * A run's record: what `temper show RUN --json` prints, what the workflow answers when queried and what it returns.
 * References and small numbers only: data stays in S3.
 */
import type { Approval, RefusedSignal, Verdict } from './approval.ts';
import type { Champion } from './champion.ts';
import type { Kind } from './data/examples.ts';
import type { CandidateDeployment, Deployment } from './deployment.ts';
import type { Evaluation } from './evaluation.ts';
import type { RuleVerdict } from './gate.ts';
import type { Contender } from './naming.ts';
import type { Untold } from './notices/notice.ts';
import type { Metric } from './numbers.ts';
import type { RetrainDecision } from './retrain.ts';
import type { Spec } from './spec.ts';
import type { FirstStage } from './takeover.ts';

/**
 * Of what a run starts with and of its record. Counted up with a change that code from before, or of records from before,
 * would misread; what a run of another version is told is refused with what to do.
 */
export const RUN_VERSION = 3;

export const STAGES = ['data', 'train', 'evaluate', 'gate', 'approve', 'deploy'] as const;
export type Stage = (typeof STAGES)[number];

/** How a run ended. A model that was rejected or declined is a result of a run that did its work, not a failure. */
export type Outcome = 'passed' | 'rejected' | 'declined' | 'failed' | 'cancelled';
/** Outcomes of a run that did its work. */
export type Result = Extract<Outcome, 'passed' | 'rejected' | 'declined'>;

/** AWS coordinates of a run, resolved once when it starts. */
export interface Account {
  readonly region: string;
  readonly bucket: string;
  readonly roleArn: string;
}

export interface SplitInfo {
  /** `s3://` prefix that holds the split's file, as a channel wants it. */
  readonly uri: string;
  readonly rows: number;
  /** Of its file: the same rows in the same order have the same. */
  readonly sha256?: string;
  /** Of its questions and its answers, estimated; of what Bedrock may be asked, which bills by them. */
  readonly tokens?: TokenEstimate;
}

/** How many tokens texts come to, by their length: only the model's own tokenizer knows. */
export interface TokenEstimate {
  readonly question: number;
  readonly answer: number;
}

export const SPLITS = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof SPLITS)[number];

/** A data set in S3, under a prefix named by the hash of its content. */
export interface DataSet {
  readonly sha256: string;
  readonly kind: Kind;
  readonly splits: { readonly [S in SplitName]?: SplitInfo };
  /** The test split without its answers, one JSON object a line in the order of the test split: what is sent to a model. */
  readonly testInputs?: SplitInfo;
  /** Of each row of the test split the values of the fields that rules of the gate are held by, one JSON object a line. */
  readonly slices?: SplitInfo;
  /** Of each row of the training split the values of the fields that drift is measured by, one JSON object a line. */
  readonly fields?: SplitInfo;
  /** Distinct labels, sorted; none where the examples are not classified. */
  readonly labels: readonly string[];
  /** Rows left out because they stand in the data more than once. */
  readonly duplicates: number;
  /** Texts that stood under more than one label; one row of each was kept. */
  readonly conflicts: number;
}

/** The directory of the training script, packed reproducibly. */
export interface SourceBundle {
  readonly uri: string;
  readonly sha256: string;
}

/** How a model is served: what SageMaker calls a container definition. */
export interface Serving {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A model artifact of SageMaker and how to serve it. */
export interface ModelRef {
  readonly engine: 'sagemaker';
  /** `s3://.../model.tar.gz` */
  readonly artifact: string;
  readonly serving: Serving;
  /** The run that made it, as a workflow id; absent for an artifact from elsewhere. */
  readonly run?: string;
}

/** A custom model of Bedrock. */
export interface CustomModelRef {
  readonly engine: 'bedrock';
  /** ARN of the custom model. */
  readonly customModel: string;
  /** Id of the model that it was customized from. */
  readonly base: string;
  /** The run that made it, as a workflow id. */
  readonly run?: string;
}

/** An instance type that could not be had, and how often it was tried. */
export interface Shortage {
  readonly stage: Stage;
  readonly instance: string;
  /** AWS had no machine of the type, or the account may have no more of them. */
  readonly of: 'capacity' | 'quota';
  readonly times: number;
  /** The job, or the endpoint, of the last try. */
  readonly job: string;
  /** What AWS said last. */
  readonly message: string;
  /** Of the jobs of all tries; as a rule none was. */
  readonly billedSeconds: number;
}

/** What has to come from outside before a run goes on, which it then does by itself. */
export interface Waiting {
  readonly for: 'capacity' | 'quota' | 'credentials' | 'role' | 'endpoint' | 'inputs' | 'approval';
  /** The instance types, for capacity and quota: `ml.g5.xlarge`; for approval, who may decide. */
  readonly of?: string;
  /** ISO 8601, as all times here; absent where Temporal alone knows that the run waits. */
  readonly since?: string;
  readonly tries?: number;
  readonly nextTryAt?: string;
  /** Of approval: its deadline, and what holds from then on. */
  readonly until?: string;
  readonly otherwise?: Verdict;
  readonly reminders?: Approval['reminders'];
  /** What AWS said last, or what to do. */
  readonly message: string;
}

interface JobResult {
  readonly jobName: string;
  readonly jobArn: string;
  readonly trainingSeconds: number;
}

/** What a training job of SageMaker left. */
export interface TrainedArtifact extends JobResult {
  readonly engine: 'sagemaker';
  readonly artifact: string;
  /** The instance type that it ran on. */
  readonly instance: string;
  /** Last value of each metric that the spec's regular expressions found in the log. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Seconds that AWS bills for this job, times instances; what earlier tries billed is in {@link RunRecord.shortages}. */
  readonly billedSeconds: number;
}

/** What a customization job of Bedrock left. */
export interface CustomizedModel extends JobResult {
  readonly engine: 'bedrock';
  /** ARN of the custom model. */
  readonly customModel: string;
  readonly modelName: string;
  /** Id of the model that was customized. */
  readonly base: string;
  /** `training_loss`, `validation_loss`, `perplexity`: the last of each that the job wrote. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** `s3://` prefix of the job's output: the metrics of each step among others. */
  readonly output: string;
}

/** The files of a model, unpacked to where Bedrock imports from; they are gone when the run is through with them. */
export interface Weights {
  /** `s3://` prefix that holds them. */
  readonly uri: string;
  readonly files: number;
  readonly bytes: number;
}

/** What the train stage left. */
export type TrainedModel = TrainedArtifact | CustomizedModel;

/** What a hand-over on Bedrock did with older custom models. */
export interface Retention {
  /** Names of those that were deleted. */
  readonly deleted: readonly string[];
  /** What kept others from it; they stay until the next run of the name passes. */
  readonly problem?: string;
}

/** What started a run, and who. */
export interface StartedBy {
  readonly how: (typeof STARTS)[number];
  /** As they are known where they started it; absent where nobody did. */
  readonly by?: string;
  /** Why, in their words. */
  readonly comment?: string;
}

export const STARTS = ['cli', 'schedule', 'rerun', 'resume', 'rollback'] as const;

export interface StageTiming {
  readonly stage: Stage;
  /** ISO 8601, workflow time. */
  readonly startedAt: string;
  readonly seconds?: number;
}

export interface Failure {
  /** A code of spec/errors/pipeline.ts. */
  readonly code: string;
  readonly message: string;
  readonly stage: Stage;
  /** The last lines of the job's log, where a job failed. */
  readonly log?: readonly string[];
}

export interface RunRecord {
  /** {@link RUN_VERSION} of the code that wrote it. */
  readonly version: number;
  readonly run: string;
  readonly spec: Spec;
  readonly account: Account;
  readonly startedBy?: StartedBy;
  /** Why the schedule started it. */
  readonly decision?: RetrainDecision;
  /** The run that it took over from, and the first stage that it does anew. */
  readonly takenFrom?: { readonly run: string; readonly stage: FirstStage };
  /** The stage under way, or the last one that ran. */
  readonly stage: Stage;
  readonly outcome?: Outcome;
  readonly data?: DataSet;
  readonly source?: SourceBundle;
  readonly base?: ModelRef;
  /** Known once it is evaluated beside the candidate, which is done where a rule asks for it; absent where there is none yet. */
  readonly champion?: Champion;
  /** The workflow itself knows of approval, and of capacity and quota for its machines; the CLI adds what only Temporal knows. */
  readonly waiting?: Waiting;
  /** The instance types that were tried in vain, in the order of their first try. */
  readonly shortages?: readonly Shortage[];
  /** Known from the moment the job is submitted; the newest one, where there were more. */
  readonly trainingJob?: string;
  readonly model?: TrainedModel;
  /** Of a model that is to be imported into Bedrock, which could be. */
  readonly weights?: Weights;
  readonly evaluations?: { readonly [C in Contender]?: Evaluation };
  /** Which transform job it is of a contender whose first one had no machine. */
  readonly evaluationTries?: { readonly [C in Contender]?: number };
  readonly gate?: readonly RuleVerdict[];
  /** The decision of a person, from the moment it is asked for. */
  readonly approval?: Approval;
  /** The newest ten, the newest last. */
  readonly refusedSignals?: readonly RefusedSignal[];
  /** The candidate's own deployment on Bedrock, from its creation on. */
  readonly candidate?: CandidateDeployment;
  readonly deployment?: Deployment;
  /** What became of older custom models of the name, beyond those that `train.keep` keeps. */
  readonly retention?: Retention;
  readonly failure?: Failure;
  /** What clean-up could not remove, for a person to look after. */
  readonly leftBehind?: readonly string[];
  /** What nobody could be told of, the newest ten, the newest last. */
  readonly untold?: readonly Untold[];
  readonly timings: readonly StageTiming[];
}

/** The stages that a run goes through. */
export const stagesOf = ({ spec }: Pick<RunRecord, 'spec'>): Stage[] =>
  STAGES.filter((stage) => stage !== 'approve' || spec.approve !== undefined);
