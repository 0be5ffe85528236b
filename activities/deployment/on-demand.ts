import {
  CreateCustomModelDeploymentCommand,
  DeleteCustomModelDeploymentCommand,
  GetCustomModelDeploymentCommand,
  type GetCustomModelDeploymentResponse,
  UpdateCustomModelDeploymentCommand,
} from '@aws-sdk/client-bedrock';
import { unlessNotFound } from '../errors.ts';
import type { Server, ServerKind } from './servers.ts';

const WHAT = 'custom model deployment';

const STATES = { Creating: 'busy', Active: 'ready', Failed: 'failed' } as const;

function serverOf(found: GetCustomModelDeploymentResponse): Server {
  const { updateDetails, failureMessage: reason, status = 'Failed' } = found;
  const known = {
    arn: found.customModelDeploymentArn ?? '',
    name: found.modelDeploymentName ?? '',
    model: found.modelArn ?? '',
    ...(reason && { reason }),
  };
  const other = updateDetails?.modelArn;
  if (other && updateDetails.updateStatus === 'Updating')
    return { ...known, next: other, state: 'busy', status: 'Updating' };
  const refused = other && updateDetails.updateStatus === 'UpdateFailed' ? { refused: other } : {};
  return { ...known, ...refused, state: STATES[status], status };
}

/** Custom model deployments, which bill what is asked of them. */
export const onDemand: ServerKind<{ readonly to: 'bedrock-on-demand' }> = {
  what: WHAT,
  async find(bedrock, name) {
    const found = await unlessNotFound(`describe ${WHAT} ${name}`, () =>
      bedrock.send(new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: name })),
    );
    return found && serverOf(found);
  },
  create: (bedrock, { name, model }, tags) =>
    bedrock.send(new CreateCustomModelDeploymentCommand({ modelDeploymentName: name, modelArn: model, tags })),
  update: (bedrock, arn, model) =>
    bedrock.send(new UpdateCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn, modelArn: model })),
  remove: (bedrock, arn) =>
    bedrock.send(new DeleteCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn })),
};
