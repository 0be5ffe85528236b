/** What a hand-over carries beside its model, for tests that are about something else. */
import { specSchema } from '../../spec/spec.ts';
import type { HandedDown } from '../../spec/version.ts';
import { account } from './activities.ts';

export const handedDown: HandedDown = {
  spec: specSchema.parse({
    name: 'reviews',
    data: { source: 'data.jsonl' },
    train: { engine: 'sagemaker', script: 'train.py' },
  }),
  account,
};
