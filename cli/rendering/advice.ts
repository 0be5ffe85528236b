import { isPipelineCode, PIPELINE_ERRORS } from '../../spec/errors/pipeline.ts';
import type { Failure, RunRecord } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import { trainingJobOf, transformJobsOf } from '../runs/jobs.ts';

/** One sentence for people. */
export function advice(record: RunRecord, failure: Failure): string {
  const { run, spec, leftBehind } = record;
  const { code, message } = failure;
  if (code === 'Terminated') return orphans(record);
  const { fix } = isPipelineCode(code) ? PIPELINE_ERRORS[code] : PIPELINE_ERRORS.Unknown;
  const text = fix.replace('RUN', run).replace('ENDPOINT', endpointOf(spec));
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
