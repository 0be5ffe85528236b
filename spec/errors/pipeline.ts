import type { ErrorEntry } from './entry.ts';

/** How a stage of a run fails, or what it waits for. */
export const PIPELINE_ERRORS = {
  Throttled: {
    means: 'AWS asked to slow down; the call is made again, further and further apart',
    why: 'the account makes more calls to the service than its rate limit allows',
    fix: 'wait; where it stays, ask for a higher rate in Service Quotas or start fewer runs at once',
    example: 'could not describe training job reviews-7f3a9c-train: ThrottlingException: Rate exceeded',
  },
  Unavailable: {
    means: 'AWS or the network did not answer, or answered with a fault of its own; the call is made again',
    why: 'an outage, a wrong AWS region, a proxy or firewall in between, or a laptop region that is down',
    fix: 'check AWS_REGION and the network of the worker, then start the run again',
    example: 'could not upload the training script: TimeoutError: connection timed out',
  },
  CredentialsRejected: {
    means: 'AWS does not accept the credentials of the worker; the run waits until they are back',
    why: 'they are missing, expired or of another account',
    fix: 'sign in again where the worker runs, such as with aws sso login; the run goes on by itself',
    example: 'could not create training job reviews-7f3a9c-train: ExpiredTokenException: the security token is expired',
  },
  QuotaExceeded: {
    means: "the account's quota for such machines, jobs or model units is used up; the run waits until there is room",
    why:
      'others use them, or the quota is still 0, as it is for most GPUs and for model units in a new account; Bedrock ' +
      'customizes one or two models of an account at a time',
    fix: 'stop what uses them, ask for more in Service Quotas, or add instance types to train.instance',
    example: 'ResourceLimitExceeded: the account-level limit for ml.g5.xlarge for training job usage is 0 instances',
  },
  RoleNotReady: {
    means:
      'SageMaker or Bedrock cannot assume the role of the run; the call is made again for two minutes, as new roles take a moment',
    why: 'the trust policy of the role does not name sagemaker.amazonaws.com or bedrock.amazonaws.com, or there is no such role',
    fix: 'let the role in aws.role trust the service that runs the job, then start the run again; temper doctor FILE tells which',
    example:
      'could not create training job j: ValidationException: Could not assume role arn:aws:iam::111122223333:role/r',
  },
  InvalidRequest: {
    means: 'AWS refuses the request as it is, so that trying again would not help',
    why: 'a value of the spec passes its schema and is still not one that the service knows or allows',
    fix: 'correct the value that AWS names, then start the run again',
    example: "ValidationException: value 'ml.m5.huge' at 'resourceConfig.instanceType' failed to satisfy constraint",
  },
  AccessDenied: {
    means: 'AWS knows who is asking, and does not allow the action',
    why: 'a policy of the worker or of the role lacks the action or the bucket, or a higher one denies it',
    fix: 'allow the action that AWS names, for the worker or for the role in aws.role, then start the run again',
    example: 'AccessDeniedException: User: arn:aws:iam::... is not authorized to perform: sagemaker:CreateTrainingJob',
  },
  KmsAccessDenied: {
    means: 'a KMS key that the bucket or the job is encrypted with may not be used; nothing else is wrong',
    why: "neither the key's policy nor that of the worker or the role allows it, or the key is disabled or deleted",
    fix: 'allow the permission on the key that is named, then start the run again',
    example:
      'could not upload s3://bucket/train.jsonl: AccessDenied: ...; allow kms:GenerateDataKey on arn:aws:kms:eu-west-1:...',
  },
  WrongRegion: {
    means: 'the bucket is in another region than the run, and AWS only reads what is in its own',
    why: 'aws.region or AWS_REGION is another one than that of the bucket, or of the s3:// address in the spec',
    fix: 'set aws.region to the region of the bucket, or name a bucket in the region of the run',
    example:
      'could not list s3://bucket/: PermanentRedirect: ...; the bucket is in eu-west-1, and the run in us-east-1',
  },
  NotFound: {
    means: 'something that the run needs is not there',
    why: 'a bucket, key, role or image was deleted, is misspelt, or is in another account or region',
    fix: 'check that what is named exists in this account and region, then start the run again',
    example: 'could not upload the data: NoSuchBucket: the specified bucket does not exist',
  },
  Conflict: {
    means: 'a name that the run needs is taken by something that it did not make; nothing of it is touched',
    why: 'another tool, person or model name uses the same name, or what has it cannot be given this model',
    fix: 'delete what has the name, if it is not needed, or choose another name in the spec',
    example: 'endpoint reviews was not made by Temper for reviews; choose another deploy.endpoint',
  },
  Busy: {
    means: 'the endpoint is being changed at the moment; the call is made again',
    why: 'another update of the same endpoint is under way, by a person or a tool',
    fix: 'wait until it is InService again, then start the run again',
    example: 'ValidationException: cannot update in-progress endpoint',
  },
  InProgress: {
    means: 'a job or an endpoint is under way; Temporal shows it as an attempt that failed, and it is none',
    why: 'waiting for a job is looking at it again and again, with the server of Temporal holding the timer',
    fix: 'nothing: the next look comes by itself',
    example: 'reviews-7f3a9c-train is Training',
  },
  JobFailed: {
    means: 'a job of SageMaker or Bedrock ended with an error of its own',
    why:
      'the script raised an error, ended with another exit code than 0, or ran out of memory or disk; Bedrock refused ' +
      'rows that only it can judge, or had a fault of its own',
    fix: 'correct what AWS or the log says, then start the run again; the whole log: temper logs RUN',
    example: 'training job reviews-7f3a9c-train failed: AlgorithmError: ExitCode 1, ValueError: no rows',
  },
  JobStopped: {
    means: 'a job was stopped before its end',
    why: 'somebody stopped it, in the AWS console or by a tool',
    fix: 'start the run again; the whole log: temper logs RUN',
    example: 'training job reviews-7f3a9c-train was stopped: somebody stopped it',
  },
  MaxRuntimeExceeded: {
    means: 'a job was stopped as it ran longer than the spec allows',
    why: 'more rows, more epochs or a slower machine than the limit was chosen for; or the script hangs',
    fix: 'raise maxRuntime, train less or take a larger instance, then start the run again; the whole log: temper logs RUN',
    example: 'training job reviews-7f3a9c-train was stopped after its limit of 3600 s; raise train.maxRuntime',
  },
  NoModel: {
    means: 'the training script ended well, and left no model',
    why: 'it saves to another directory than SM_MODEL_DIR, or only under a condition that did not hold',
    fix: 'let the script save its model to the directory in SM_MODEL_DIR, then start the run again',
    example: 'training job reviews-7f3a9c-train left no model: s3://bucket/output/model.tar.gz holds no file',
  },
  NotImportable: {
    means: 'Bedrock would not import the model that the training job left; nothing was evaluated or imported',
    why: 'it is no Hugging Face model of an architecture that Bedrock knows, lacks files, is too large, or is a LoRA adapter',
    fix: 'let the script save merged weights as safetensors and the tokenizer, with save_pretrained(), then start the run again',
    example:
      'Bedrock cannot import s3://bucket/output/model.tar.gz: it holds a LoRA adapter: merge it into its base model, ...',
  },
  TakeoverGone: {
    means: 'what the run was to take over from another one is not there any more; nothing was trained or deployed',
    why: 'somebody, or a lifecycle rule of the bucket, deleted the data set, the code or the model; the custom model of a run that failed or was cancelled goes with it',
    fix: 'start it from its files with temper run; a rollback can go to another version of temper history',
    example: 'what temper/reviews/7f3a9c left is gone: s3://my-bucket/temper/reviews/data/91c0.../train/train.jsonl',
  },
  InputsMissing: {
    means: 'the local files of the run did not arrive in time, and no job was started',
    why: 'the terminal or the machine that was uploading them went away, or the upload takes longer than data.uploadWithin',
    fix: 'start the run again where the files are, or raise data.uploadWithin; a run that waits goes on with temper upload',
    example: 'the files in /home/ana/reviews on ana-laptop were not uploaded within 1d',
  },
  CapacityUnavailable: {
    means: 'AWS had no machine of any type that was asked for, for as long as the spec lets the run wait',
    why: 'large GPU types are often taken in a region for hours',
    fix: 'add instance types to train.instance, name other ones in evaluate.instance or deploy.instance, raise train.maxWait, or start the run again later',
    example: 'CapacityError: unable to provision requested ML compute capacity; please retry using a different type',
  },
  EndpointFailed: {
    means:
      'the endpoint of SageMaker, or the deployment or provisioned throughput of Bedrock, did not come into service',
    why: 'its model did not start or answers no ping, its time to live was over, or somebody deleted or broke it meanwhile',
    fix: 'see what AWS says above, and on SageMaker what the model wrote: log group /aws/sagemaker/Endpoints/ENDPOINT',
    example: 'endpoint reviews is Failed: the primary container did not pass the ping health check',
  },
  RolledBack: {
    means: 'AWS kept, or put back, what served before: an update of an endpoint, deployment or throughput failed',
    why: 'the new model did not start on it, or failed its health check',
    fix: 'correct what the new model says at its start, then start the run again',
    example: 'endpoint reviews was rolled back: the new container did not pass the ping health check',
  },
  SmokeTestFailed: {
    means: 'what serves is up and does not answer a row of the test split as it should; it is put back, or taken away',
    why: 'the serving script raises an error or answers in another form than it did; a model of Bedrock refuses, or says nothing',
    fix: 'check that the serving script, or the model, answers the input that is shown',
    example: 'endpoint reviews answered {"score": 1}, expected JSON with a "label" of negative, positive',
  },
  InvalidPredictions: {
    means: 'what the model answered in its evaluation cannot be scored',
    why: 'output_fn of the serving script writes more or fewer lines than there were rows, or other fields; or a job of Bedrock left scores or answers out',
    fix: 'let the serving script answer each line with one label, as it does for the endpoint',
    example: 's3://bucket/predictions.jsonl:7: expected JSON with a "label", received positive',
  },
  InvalidData: {
    means: 'rows of the data set cannot be used; nothing was uploaded',
    why: 'lines that are no JSON, fields that are missing or empty, or data that no model can be trained on',
    fix: 'correct the rows that are named, then start the run again',
    example: '2 of 3,176 rows cannot be used: field "label" is missing (2)',
  },
  InvalidSpec: {
    means: 'the spec says something that cannot be done; nothing was paid for',
    why: 'a key or value is not one of the schema, or does not fit the data, the scripts or the region',
    fix: 'correct what is named, then start the run again',
    example: 'temper.yaml:7:11  train.instance: not valid, received "m5"; write an instance type such as ml.m5.large',
  },
  OtherVersion: {
    means: 'the run is of a version of temper that this one cannot read; nothing of it was done or changed by that',
    why: 'the CLI that started it and the worker, or the CLI that looks at it, are not of the same version',
    fix: 'install the same version on both sides, then start the run again, or look at it with the temper that started it',
    example: 'the run was started by a temper of another version: its input is of version 2, and this worker reads 1',
  },
  BrokenCard: {
    means: 'what temper keeps in the bucket of a version or of a firing cannot be read as that; nothing was started',
    why: 'somebody has changed the object that is named, or a copy of it was cut off',
    fix: 'put back what it was, such as its version before, or delete it; then temper schedule resume NAME, where a schedule was paused by it',
    example:
      's3://bucket/temper/reviews/retraining/firings/2026-11-25T060000.000Z-7f3a9c.json is not as temper wrote it: Unexpected end of JSON input',
  },
  BaseNotFound: {
    means: 'the model that the run is to start from is not there',
    why: 'no run of that name has passed yet in this bucket, or the s3:// address of train.base holds nothing',
    fix: 'finish a run of that name first, or set train.base to the s3:// address of a model',
    example: 'no model named movie-reviews in s3://bucket/temper/; a run of that name must pass first',
  },
  BudgetExceeded: {
    means: 'the run could cost more than the budget of its spec; nothing was created',
    why: 'each job is counted on each of its machines for as long as it may take, and on the dearest of its types; on Bedrock, by the tokens of the data, which are estimated, answers of evaluate.maxTokens, and the hours of model units',
    fix: 'lower maxRuntime, name cheaper instances, lower epochs, rows or maxTokens, or raise budget; see the sum with: temper plan FILE',
    example: 'the run could cost 28.39 USD, more than its budget of 25 USD',
  },
  PriceUnknown: {
    means: 'the spec has a budget, and what the run could cost cannot be said; nothing was created',
    why: 'the list of prices lacks the instance type in that region, or for that use, or the model of Bedrock',
    fix: 'give the price in a file named by TEMPER_PRICES, or leave budget out of the spec',
    example: 'the run has a budget of 25 USD, and no price is known of ml.m5.large (transform) in its region',
  },
  TimedOut: {
    means: 'a stage took longer than it may, retries and waiting included',
    why: 'AWS kept a job or endpoint under way past its limit, or what a run waited for did not come',
    fix: 'see what it waited for in the Temporal UI, then start the run again',
    example: 'the deploy step took longer than it may: reviews is Updating',
  },
  Terminated: {
    means: 'the run was ended from outside, with no chance to stop what it had started',
    why: 'somebody terminated the workflow in the Temporal UI, or it passed a time limit of its namespace',
    fix: 'see what it left in AWS, which may bill, with: temper orphans; take it away with: temper orphans --delete',
    example: 'the run was terminated from outside, without clean-up',
  },
  Unknown: {
    means: 'the run ended with an error that Temper has no name for',
    why: 'most likely a fault of Temper',
    fix: 'start the run again; if it fails the same way, see the history in the Temporal UI',
    example: 'failed in train (Unknown): unexpected end of stream',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type PipelineCode = keyof typeof PIPELINE_ERRORS;

/** Records of runs outlive the version that wrote them. */
export function isPipelineCode(code: string): code is PipelineCode {
  return Object.hasOwn(PIPELINE_ERRORS, code);
}
