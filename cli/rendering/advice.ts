import { servedName } from '../../spec/engine.ts';
import { isPipelineCode, PIPELINE_ERRORS } from '../../spec/errors/pipeline.ts';
import type { Failure, RunRecord } from '../../spec/record.ts';

/** One sentence for people. */
export function advice(record: RunRecord, failure: Failure): string {
  const { run, spec, leftBehind } = record;
  const { code, message } = failure;
  const { fix } = isPipelineCode(code) ? PIPELINE_ERRORS[code] : PIPELINE_ERRORS.Unknown;
  const text = fix.replace('RUN', run).replace('ENDPOINT', servedName(spec));
  if (code !== 'EndpointFailed' && code !== 'SmokeTestFailed') return text;
  if (/\bis gone\b/.test(message)) return 'nothing is served under that name any more: start the run again';
  return leftBehind ? text : `${text}; what was served before is unchanged`;
}
