import type { Failure, RunRecord } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import { trainingJobOf, transformJobsOf } from '../runs/jobs.ts';

/** What to do about a failed run, by the type of its failure; in place of `RUN` and `ENDPOINT` stand their names. */
const ADVICE: Readonly<Record<string, string>> = {
  JobFailed: 'correct what the log shows, then start the run again; the whole log: temper logs RUN',
  JobStopped: 'raise maxRuntime where the time was up, then start the run again; the whole log: temper logs RUN',
  CapacityUnavailable: 'name another instance type in the spec, or start the run again later',
  AccessDenied: 'allow the action named above, for the worker or for the role in aws.role, then start the run again',
  RoleNotReady: 'let the role in aws.role trust sagemaker.amazonaws.com, then start the run again',
  InvalidRequest: 'correct the value that AWS names above, then start the run again',
  NotFound: 'check that what is named above exists in this account and region',
  Conflict: 'another run or tool made the resource named above: delete it or choose another name in the spec',
  EndpointFailed: 'see what the model wrote: log group /aws/sagemaker/Endpoints/ENDPOINT',
  RolledBack: 'AWS put the old configuration back: correct what the new model says at start, then start the run again',
  SmokeTestFailed: 'check that the serving script answers the input above',
  InvalidPredictions: 'let the serving script answer each line with one label, as it does for the endpoint',
  InvalidData: 'correct the rows named above, then start the run again',
  InvalidSpec: 'correct the spec as said above, then start the run again',
  BaseNotFound: 'finish a run of that name first, or set train.base to the s3:// address of a model',
};

/** One sentence for people. */
export function advice(record: RunRecord, failure: Failure): string {
  const { run, spec, leftBehind } = record;
  const { code, message } = failure;
  if (code === 'Terminated') return orphans(record);
  const known = ADVICE[code] ?? 'start the run again; if it fails the same way, see the history in the Temporal UI';
  const text = known.replace('RUN', run).replace('ENDPOINT', endpointOf(spec));
  if (code !== 'EndpointFailed' && code !== 'SmokeTestFailed') return text;
  if (/\bis gone\b/.test(message)) return 'nothing is served under that name any more: start the run again';
  return leftBehind ? text : `${text}; what was served before is unchanged`;
}

/** What a run that was ended without clean-up may have left under way, and how it is stopped. */
function orphans(record: RunRecord): string {
  const { account, spec, stage } = record;
  const stopping = (kind: 'training' | 'transform', names: readonly string[]): string => {
    const stop = (name: string): string =>
      `aws sagemaker stop-${kind}-job --${kind}-job-name ${name} --region ${account.region}`;
    const jobs = names.map((name) => `${kind} job ${name}`).join(' and ');
    return `${jobs} may still run, and bill; to stop that: ${names.map(stop).join('; ')}`;
  };
  switch (stage) {
    case 'train':
      return stopping('training', [trainingJobOf(record)]);
    case 'evaluate':
      return stopping('transform', transformJobsOf(record));
    case 'deploy':
      return `see in the AWS console what endpoint ${endpointOf(spec)} serves, then start the run again`;
    default:
      return 'start the run again; nothing of it runs in AWS';
  }
}

function endpointOf({ name, deploy }: Spec): string {
  return deploy.to === 'none' ? name : (deploy.endpoint ?? name);
}
