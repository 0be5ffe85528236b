/** What serves a model, and what a run has proven of it. */

/** What a smoke test sent and got back, shortened. */
export interface SmokeTest {
  readonly input: string;
  readonly output: string;
  readonly milliseconds: number;
}

interface Proven {
  /** Whether the run made it, or gave it another model. */
  readonly created: boolean;
  readonly smokeTest: SmokeTest;
}

export interface EndpointDeployment extends Proven {
  readonly to: 'sagemaker-endpoint';
  readonly endpoint: string;
  readonly endpointConfig: string;
}

/** A custom model deployment, which bills what is asked of it. */
export interface OnDemandDeployment extends Proven {
  readonly to: 'bedrock-on-demand';
  readonly name: string;
  /** What callers give as the model id; the same from run to run. */
  readonly arn: string;
}

/** A provisioned throughput, which bills by the hour. */
export interface ProvisionedDeployment extends Proven {
  readonly to: 'bedrock-provisioned';
  readonly name: string;
  readonly arn: string;
  readonly modelUnits: number;
  /** When it is deleted, where it has a time to live. */
  readonly expiresAt?: string;
}

/** A model that was imported into Bedrock, which bills what is asked of it, in windows of five minutes. */
export interface ImportedDeployment extends Proven {
  readonly to: 'bedrock-import';
  readonly name: string;
  readonly arn: string;
}

export type Deployment = EndpointDeployment | OnDemandDeployment | ProvisionedDeployment | ImportedDeployment;

/** What the candidate answers from while it is evaluated on Bedrock. */
export interface CandidateDeployment {
  readonly to: 'bedrock-on-demand' | 'bedrock-provisioned';
  readonly name: string;
  readonly arn: string;
}
