/** Tells people: publishes to the topic of `notify:`, which passes it on to whoever subscribes. */

import { PublishCommand, type PublishCommandInput } from '@aws-sdk/client-sns';
import { activityInfo } from '@temporalio/activity';
import { type Message, messageOf } from '../spec/notices/message.ts';
import type { Notice } from '../spec/notices/notice.ts';
import { isFifo, topicRegion } from '../spec/schema/notify.ts';
import type { AwsProvider } from './aws.ts';
import { calling } from './errors.ts';

export function createNotifyActivities({ aws, ui }: { readonly aws: AwsProvider; readonly ui?: string }) {
  return {
    /**
     * Publishes it. Where AWS has taken it and could not say so, it is published again: only a FIFO topic drops what has the
     * same id.
     */
    async notify({ topic, notice }: { readonly topic: string; readonly notice: Notice }): Promise<void> {
      const { workflowNamespace: namespace } = activityInfo();
      const message = messageOf(notice, ui !== undefined && namespace ? { address: ui, namespace } : undefined);
      const { sns } = aws(topicRegion(topic));
      await calling(`publish to ${topic}`, () => sns.send(new PublishCommand(publication(topic, notice, message))));
    },
  };
}

function publication(topic: string, { id, name }: Notice, { subject, body, attributes }: Message): PublishCommandInput {
  const attributeOf = ([key, StringValue]: [string, string]) => [key, { DataType: 'String', StringValue }];
  return {
    TopicArn: topic,
    Subject: subject,
    Message: body,
    MessageStructure: 'json',
    MessageAttributes: Object.fromEntries(Object.entries(attributes).map(attributeOf)),
    ...(isFifo(topic) && { MessageGroupId: name, MessageDeduplicationId: id }),
  };
}
