import {
  type CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';

export const TRAINING_LOGS = '/aws/sagemaker/TrainingJobs';
export const TRANSFORM_LOGS = '/aws/sagemaker/TransformJobs';

const TAIL_LINES = 40;
// The tail goes into the run's history, where a line of megabytes has no place.
const LINE_CHARACTERS = 500;

/**
 * The last lines that a job wrote, oldest first. No stream, or no permission to read it, gives none: a failure is told
 * with its log where there is one, and never hidden behind the log's own failure.
 */
export async function jobLogTail(logs: CloudWatchLogsClient, logGroupName: string, jobName: string): Promise<string[]> {
  try {
    const { logStreams } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: `${jobName}/` }),
    );
    const logStreamName = logStreams?.at(-1)?.logStreamName;
    if (!logStreamName) return [];
    const { events } = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, limit: TAIL_LINES, startFromHead: false }),
    );
    return (events ?? []).map(({ message }) => (message ?? '').slice(0, LINE_CHARACTERS));
  } catch {
    return [];
  }
}
