/** The region's own SNS topic, and the queue behind it that remembers what it was told. */
import { expectOk } from './http.ts';

const NAME = 'temper';

/** What was published to the topic. */
export interface Told {
  /** ISO 8601, to the second. */
  readonly at: string;
  readonly subject: string;
  /** As SNS gives it to queues. */
  readonly message: string;
}

/** What makes it, once: the requests of SNS and SQS, each of which may be made again. */
export function topicRequests(
  region: string,
  account: string,
): readonly (Readonly<Record<string, string>> & { service: string })[] {
  const arn = (service: string): string => `arn:aws:${service}:${region}:${account}:${NAME}`;
  return [
    { service: 'sns', Action: 'CreateTopic', Name: NAME },
    { service: 'sqs', Action: 'CreateQueue', QueueName: NAME },
    { service: 'sns', Action: 'Subscribe', TopicArn: arn('sns'), Protocol: 'sqs', Endpoint: arn('sqs') },
  ];
}

interface Peeked {
  readonly messages: {
    readonly [account: string]: { readonly [region: string]: { readonly [queue: string]: readonly Queued[] } };
  };
}

interface Queued {
  readonly Body: string;
  readonly SentTimestamp: number;
}

/** The oldest first; they stay. A queue forgets after four days. */
export async function toldTo({ awsUrl }: { readonly awsUrl: string }): Promise<Told[]> {
  const url = `${awsUrl}/_ministack/sqs/messages?QueueUrl=${encodeURIComponent(NAME)}`;
  const { messages } = JSON.parse(await expectOk(url)) as Peeked;
  return Object.values(messages)
    .flatMap(Object.values)
    .flatMap((queues: { readonly [queue: string]: readonly Queued[] }) => Object.values(queues))
    .flat()
    .map(({ Body, SentTimestamp }) => {
      const { Subject: subject = '', Message: message = '' } = JSON.parse(Body) as {
        Subject?: string;
        Message?: string;
      };
      return { at: new Date(SentTimestamp * 1000).toISOString(), subject, message };
    });
}
