import type { IAMClient } from '@aws-sdk/client-iam';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { errorTypeOf } from '../../activities/errors.ts';
import { topicRegion } from '../../spec/schema/notify.ts';
import { failed, passed, skipped, type Verdict } from './check.ts';
import { IMPATIENT } from './impatient.ts';
import { type Identity, mayDo } from './role.ts';

/** Whether people can be told: the topic is there, somebody has subscribed, and these credentials may publish. Nothing is sent. */
export async function topicVerdict(iam: IAMClient, topic: string, identity: Identity): Promise<Verdict> {
  const subscribe = `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint YOU@EXAMPLE.COM`;
  const attributes = await attributesOf(topic);
  if ('status' in attributes) return attributes;
  const { confirmed, pending } = attributes;
  if (confirmed === 0) {
    const asked = pending > 0 ? `; ${pending} of those who were asked have not confirmed it` : '';
    return failed(
      `nobody has subscribed to ${topic}${asked}`,
      pending > 0 ? 'confirm it in the mail of AWS' : subscribe,
    );
  }
  const allowed = await mayDo(iam, identity, 'sns:Publish', topic);
  if (allowed === false) {
    return failed(
      `the policies of these credentials do not let them publish to ${topic}`,
      `allow ${identity.arn} the action sns:Publish on it; where the policy of the topic does, nothing is in the way`,
    );
  }
  const told = `${topic} has ${confirmed} ${confirmed === 1 ? 'subscription' : 'subscriptions'}`;
  return passed(
    allowed
      ? `${told}, and may be published to`
      : `${told}; whether it may be published to is not known without sending`,
  );
}

async function attributesOf(topic: string): Promise<{ confirmed: number; pending: number } | Verdict> {
  try {
    const sns = new SNSClient({ region: topicRegion(topic), ...IMPATIENT });
    const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topic }));
    return {
      confirmed: Number(Attributes.SubscriptionsConfirmed ?? 0),
      pending: Number(Attributes.SubscriptionsPending ?? 0),
    };
  } catch (error) {
    switch (errorTypeOf(error)) {
      case 'NotFound':
        return failed(`there is no topic ${topic}`, 'create it, or correct notify.topic');
      case 'AccessDenied':
        return skipped('these credentials may not look at it (sns:GetTopicAttributes)');
      default:
        throw error;
    }
  }
}
