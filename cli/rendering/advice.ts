import type { Failure } from '../../spec/record.ts';

/** What to do about a failed run, by the type of its failure. */
const ADVICE: Readonly<Record<string, string>> = {
  JobFailed: 'correct what the log shows, then start the run again; the whole log: temper logs RUN',
  JobStopped: 'raise maxRuntime where the time was up, then start the run again; the whole log: temper logs RUN',
  CapacityUnavailable: 'name another instance type in the spec, or start the run again later',
  AccessDenied: 'allow the action named above, for the worker or for the role in aws.role, then start the run again',
  RoleNotReady: 'let the role in aws.role trust sagemaker.amazonaws.com, then start the run again',
  InvalidRequest: 'correct the value that AWS names above, then start the run again',
  NotFound: 'check that what is named above exists in this account and region',
  Conflict: 'another run or tool made the resource named above: delete it or choose another name in the spec',
  EndpointFailed:
    'see what the model wrote: log group /aws/sagemaker/Endpoints/ENDPOINT; what was served before is unchanged',
  RolledBack: 'AWS put the old configuration back: correct what the new model says at start, then start the run again',
  SmokeTestFailed: 'check that the serving script answers the input above; what was served before is unchanged',
  InvalidPredictions: 'let the serving script answer each line with one label, as it does for the endpoint',
  InvalidData: 'correct the rows named above, then start the run again',
  InvalidSpec: 'correct the spec as said above, then start the run again',
  BaseNotFound: 'finish a run of that name first, or set train.base to the s3:// address of a model',
};

/** One sentence for people; `RUN` stands for the run itself. */
export function advice({ code }: Failure, run: string): string {
  return (ADVICE[code] ?? 'start the run again; if it fails the same way, see the history in the Temporal UI').replace(
    'RUN',
    run,
  );
}
