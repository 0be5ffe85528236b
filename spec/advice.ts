import { servedName } from './engine.ts';
import { isPipelineCode, PIPELINE_ERRORS } from './errors/pipeline.ts';
import type { Failure, RunRecord } from './record.ts';

/** What to do about what a run failed with, or waits for: one sentence for people. */
export function advice(
  { run, spec, leftBehind }: RunRecord,
  { code, message }: Pick<Failure, 'code' | 'message'>,
): string {
  const { fix } = isPipelineCode(code) ? PIPELINE_ERRORS[code] : PIPELINE_ERRORS.Unknown;
  const text = fix.replace('RUN', run).replace('ENDPOINT', servedName(spec));
  if (code !== 'EndpointFailed' && code !== 'SmokeTestFailed') return text;
  if (/\bis gone\b/.test(message)) return 'nothing is served under that name any more: start the run again';
  return leftBehind ? text : `${text}; what was served before is unchanged`;
}
