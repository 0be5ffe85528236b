import {
  CreateProvisionedModelThroughputCommand,
  DeleteProvisionedModelThroughputCommand,
  GetProvisionedModelThroughputCommand,
  type GetProvisionedModelThroughputResponse,
  type Tag,
  UpdateProvisionedModelThroughputCommand,
} from '@aws-sdk/client-bedrock';
import { unlessNotFound } from '../errors.ts';
import type { Guard, Server, ServerKind, ServerOptions } from './servers.ts';

const WHAT = 'provisioned throughput';

/** On a throughput: the workflow id of the guard that deletes it when its time is over. */
export const GUARD_TAG = 'temper:guard';
/** On a throughput: when that is. */
export const EXPIRES_TAG = 'temper:expires';

const COMMITMENTS = { 'one-month': 'OneMonth', 'six-months': 'SixMonths' } as const;
const STATES = { Creating: 'busy', Updating: 'busy', InService: 'ready', Failed: 'failed' } as const;

/** The tags that make the guard the one to delete a throughput. */
export function guardTags({ id, expiresAt }: Guard): Tag[] {
  return [
    { key: GUARD_TAG, value: id },
    { key: EXPIRES_TAG, value: expiresAt },
  ];
}

function serverOf(found: GetProvisionedModelThroughputResponse): Server {
  const { modelArn: model = '', desiredModelArn: desired = model, failureMessage: reason, status = 'Failed' } = found;
  const state = STATES[status];
  const other = desired === model ? {} : state === 'busy' ? { next: desired } : { refused: desired };
  const known = { arn: found.provisionedModelArn ?? '', name: found.provisionedModelName ?? '', model };
  const { modelUnits } = found;
  return { ...known, ...other, state, status, ...(reason && { reason }), ...(modelUnits && { modelUnits }) };
}

/** Provisioned throughputs, which bill by the hour until they are deleted. */
export const provisioned: ServerKind<Extract<ServerOptions, { to: 'bedrock-provisioned' }>> = {
  what: WHAT,
  async find(bedrock, name) {
    const found = await unlessNotFound(`describe ${WHAT} ${name}`, () =>
      bedrock.send(new GetProvisionedModelThroughputCommand({ provisionedModelId: name })),
    );
    return found && serverOf(found);
  },
  create: (bedrock, { name, model, options: { modelUnits, commitment, guard } }, tags) =>
    bedrock.send(
      new CreateProvisionedModelThroughputCommand({
        provisionedModelName: name,
        modelId: model,
        modelUnits,
        ...(commitment !== 'none' && { commitmentDuration: COMMITMENTS[commitment] }),
        // With the create and not after it: nothing bills for a moment without somebody who ends it.
        tags: [...tags, ...(guard ? guardTags(guard) : [])],
      }),
    ),
  update: (bedrock, arn, desiredModelId) =>
    bedrock.send(new UpdateProvisionedModelThroughputCommand({ provisionedModelId: arn, desiredModelId })),
  remove: (bedrock, arn) => bedrock.send(new DeleteProvisionedModelThroughputCommand({ provisionedModelId: arn })),
};
