/** A queue that listens to an SNS topic in the shared region. */
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { clients } from './activities.ts';
import { sharedRegion } from './region.ts';
import { uniqueName } from './unique-name.ts';

/** What SNS puts around a message. */
export interface Received {
  readonly Subject: string;
  readonly Message: string;
}

/** Makes one and subscribes it. SNS has delivered to queues when it has taken a message. */
export async function queue(topic: string, Attributes: Record<string, string> = {}) {
  const fifo = topic.endsWith('.fifo');
  const QueueName = `${uniqueName('told')}${fifo ? '.fifo' : ''}`;
  await sqs('CreateQueue', { QueueName, ...(fifo && { Attributes: { FifoQueue: 'true' } }) });
  const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
  await clients.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint, Attributes }));
  const QueueUrl = `${sharedRegion().awsUrl}/000000000000/${QueueName}`;
  const received = async (): Promise<Received[]> => {
    const { Messages = [] } = (await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 })) as {
      Messages?: { Body: string }[];
    };
    return Messages.map(({ Body }) => JSON.parse(Body) as Received);
  };
  return { received };
}

async function sqs(operation: string, input: object): Promise<unknown> {
  const response = await fetch(sharedRegion().awsUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  return response.json();
}
