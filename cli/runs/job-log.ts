import {
  type CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** The log of a job, in CloudWatch Logs: one stream for each of its machines. */
export class JobLog {
  readonly #logs: CloudWatchLogsClient;
  readonly #group: string;
  readonly #jobName: string;
  /** Where each stream was read to. */
  readonly #tokens = new Map<string, string | undefined>();

  constructor(logs: CloudWatchLogsClient, group: string, jobName: string) {
    this.#logs = logs;
    this.#group = group;
    this.#jobName = jobName;
  }

  /** The lines that have come since the last time, stream by stream. */
  async *more(): AsyncGenerator<LogLine> {
    for (const stream of await this.#streams()) yield* this.#moreOf(stream);
  }

  async #streams(): Promise<string[]> {
    const streams: string[] = [];
    let nextToken: string | undefined;
    try {
      do {
        const page = await this.#logs.send(
          new DescribeLogStreamsCommand({
            logGroupName: this.#group,
            logStreamNamePrefix: `${this.#jobName}/`,
            ...(nextToken && { nextToken }),
          }),
        );
        for (const { logStreamName } of page.logStreams ?? []) if (logStreamName) streams.push(logStreamName);
        nextToken = page.nextToken;
      } while (nextToken);
    } catch (error) {
      // The group comes with the first line of the first job of an account.
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
    return streams;
  }

  async *#moreOf(logStreamName: string): AsyncGenerator<LogLine> {
    for (;;) {
      const token = this.#tokens.get(logStreamName);
      const { events, nextForwardToken } = await this.#logs.send(
        new GetLogEventsCommand({
          logGroupName: this.#group,
          logStreamName,
          startFromHead: true,
          ...(token && { nextToken: token }),
        }),
      );
      for (const { timestamp = 0, message = '' } of events ?? []) yield { timestamp, message };
      this.#tokens.set(logStreamName, nextForwardToken);
      // At the end of a stream CloudWatch gives the token back that it was asked with.
      if (!nextForwardToken || nextForwardToken === token) return;
    }
  }
}
