/** Messages as subscribers get them, from the SNS and SQS of the laptop region. */
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { expect, it } from 'vitest';
import { createPipelineActivities } from '../../activities/index.ts';
import { toldTo } from '../../local/index.ts';
import type { Notice } from '../../spec/notices/notice.ts';
import { aws, failureOf, once } from '../support/activities.ts';
import { queue } from '../support/queue.ts';
import { sharedRegion } from '../support/region.ts';
import { uniqueName } from '../support/unique-name.ts';

const { notify } = createPipelineActivities({ aws, ui: 'http://ui' });

const notice: Notice = {
  id: 'temper/reviews/7f3a9c/end',
  event: 'passed',
  name: 'reviews',
  title: 'reviews passed',
  lines: ['the model was handed over'],
  next: ['temper history reviews'],
  page: { of: 'workflows', id: 'temper/reviews/7f3a9c' },
  facts: { run: 'temper/reviews/7f3a9c', outcome: 'passed' },
};

async function newTopic(name: string, region = 'us-east-1'): Promise<string> {
  const { TopicArn = '' } = await aws(region).sns.send(new CreateTopicCommand({ Name: name }));
  return TopicArn;
}

it('arrive with their subject and as JSON, at those who filter for them', async () => {
  const topic = await newTopic(uniqueName('models'));
  const [passes, failures] = await Promise.all([
    queue(topic, { FilterPolicy: '{"temper.event":["passed"],"temper.name":["reviews"],"temper.outcome":["passed"]}' }),
    queue(topic, { FilterPolicy: '{"temper.event":["failed"]}' }),
  ]);
  await once(notify, { topic, notice });
  const [message, ...others] = await passes.received();
  expect(others).toEqual([]);
  expect(message?.Subject).toBe('reviews passed');
  expect(JSON.parse(message?.Message ?? '')).toMatchObject({
    id: notice.id,
    content: { title: 'reviews passed', nextSteps: notice.next },
    metadata: { additionalContext: { run: notice.facts.run, outcome: 'passed' } },
  });
  expect(await failures.received()).toEqual([]);
});

it('are shown by the laptop region, whose own topic people need not subscribe to', async () => {
  const id = uniqueName('told');
  await once(notify, { topic: 'arn:aws:sns:us-east-1:000000000000:temper', notice: { ...notice, id } });
  const told = (await toldTo(sharedRegion())).filter(({ message }) => message.includes(id));
  expect(told).toEqual([{ at: expect.stringMatching(/Z$/), subject: 'reviews passed', message: expect.any(String) }]);
});

it('go to a topic of another region than the run', async () => {
  const topic = await newTopic(uniqueName('models'), 'eu-west-1');
  expect(topic).toContain(':eu-west-1:');
  await once(notify, { topic, notice });
});

it('go once to a FIFO topic, whatever is tried again', async () => {
  const topic = await newTopic(`${uniqueName('models')}.fifo`);
  const { received } = await queue(topic);
  await once(notify, { topic, notice });
  await once(notify, { topic, notice });
  expect(await received()).toHaveLength(1);
});

it('to a topic that is not there are not tried again', async () => {
  const topic = 'arn:aws:sns:us-east-1:000000000000:nowhere';
  const failure = await failureOf(once(notify, { topic, notice }));
  expect(failure).toMatchObject({ type: 'NotFound', nonRetryable: true });
  expect(failure.message).toContain(`could not publish to ${topic}: `);
});
