/** A custom model of Bedrock takes over the name that serves: created or updated in place, proven, or the old one back. */
import { type BedrockClient, TagResourceCommand } from '@aws-sdk/client-bedrock';
import type { Wording } from '../../spec/bedrock/question.ts';
import { takeoverProblem } from '../../spec/bedrock/serving.ts';
import type { OnDemandDeployment, ProvisionedDeployment } from '../../spec/deployment.ts';
import { TAGS, workflowIdOf } from '../../spec/naming.ts';
import type { CustomModelRef, DataSet, Retention } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { retireAtOnce } from '../bedrock/retention.ts';
import { tagsOf } from '../bedrock/tags.ts';
import { calling, errorTypeOf, failure, translateAwsError } from '../errors.ts';
import { type HandOver, publishModel, withdrawModel } from '../models.ts';
import { isOver } from '../open-runs.ts';
import { ownTags, type Tags } from '../ownership.ts';
import { look, stillInProgress } from '../waiting.ts';
import { removeServer } from './candidate.ts';
import { converseTest } from './converse-test.ts';
import { EXPIRES_TAG, guardTags } from './provisioned.ts';
import { adopt, isProven, markPassed, PREVIOUS_TAG, rememberPrevious, unmarkProven } from './release-tags.ts';
import { createServer, kindOf, type Server, type ServerOptions, serverFailed, targetOf } from './servers.ts';

/** A release, as far as it is needed to undo it. */
export interface ReleaseRef extends Pick<HandOver, 'run' | 'account'> {
  readonly model: CustomModelRef;
  readonly options: ServerOptions;
  /** The name that serves. */
  readonly name: string;
  /** Whether another run made the model. */
  readonly adopted?: boolean;
}

/** A release, as far as it is needed to prove it. */
export interface ReleaseInput extends ReleaseRef, HandOver {
  readonly model: CustomModelRef;
  readonly data: DataSet;
  readonly wording: Wording;
  readonly created: boolean;
  /** How many custom models of the name stay. */
  readonly keep: number;
}

/** A model that was handed over. */
export interface Released {
  readonly deployment: OnDemandDeployment | ProvisionedDeployment;
  /** Absent where older custom models could not be looked after just now. */
  readonly retention?: Retention;
}

/** Throws where what has the name is not this model's to take over, now or ever. */
function checkOwner({ run, options, model }: ReleaseRef, server: Server, tags: Tags): void {
  const { what } = kindOf(options);
  const { name } = server;
  const owner = tags.get(TAGS.name);
  if (owner !== run.name) {
    throw failure(
      'Conflict',
      `${what} ${name} was not made by Temper for ${run.name} (its tag ${TAGS.name} is ${JSON.stringify(owner)}); ` +
        'choose another deploy.name, or set that tag to hand it over',
    );
  }
  const { base } = model;
  const wanted = options.to === 'bedrock-provisioned' ? { base, modelUnits: options.modelUnits } : { base };
  const found = takeoverProblem(server, wanted);
  if (found) throw failure('Conflict', `${what} ${name} ${found.problem}; ${found.fix}`);
}

/** Throws `InProgress` while the server is busy, or has a model that another run is about to prove or to take off. */
async function untilFree(
  bedrock: BedrockClient,
  { run, options }: ReleaseRef,
  server: Server,
  tags: Tags,
): Promise<void> {
  const { name, status, state, model } = server;
  if (state === 'busy') throw stillInProgress({ resource: name, status });
  const holder = state === 'failed' ? tags.get(TAGS.run) : await unprovenRun(bedrock, model);
  if (holder !== undefined && holder !== workflowIdOf(run) && !(await isOver(holder))) {
    throw stillInProgress({ resource: name, status, secondaryStatus: `with a model that ${holder} has to prove` });
  }
  // It never answered: nothing can be updated, and nobody is served by it.
  if (state === 'failed') await removeServer(bedrock, options, server);
}

/** The run that has yet to prove the model, where there is one. */
async function unprovenRun(bedrock: BedrockClient, model: string): Promise<string | undefined> {
  return (await isProven(bedrock, model)) ? undefined : (await tagsOf(bedrock, model)).get(TAGS.run);
}

async function deploymentOf(
  bedrock: BedrockClient,
  options: ServerOptions,
  proven: Omit<OnDemandDeployment, 'to'>,
): Promise<Released['deployment']> {
  if (options.to === 'bedrock-on-demand') return { to: options.to, ...proven };
  const expiresAt = (await tagsOf(bedrock, proven.arn)).get(EXPIRES_TAG);
  const { to, modelUnits } = options;
  return { to, ...proven, modelUnits, ...(expiresAt !== undefined && { expiresAt }) };
}

/** What serves, created or updated in place, then proven, or the old model back in place. */
export function createReleaseActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * Creates what serves, or moves it to the run's model. Waits while it is busy, and until the model that another run put
     * there is proven or taken off. What Temper did not make for this name is a `Conflict`.
     */
    async submitRelease(release: ReleaseRef): Promise<{ created: boolean }> {
      const { run, account, options, name, model } = release;
      const { bedrock } = aws(account.region);
      const kind = kindOf(options);
      const request = { name, model: model.customModel, options };
      const existing = await kind.find(bedrock, name);
      if (!existing) {
        if (release.adopted) await adopt(bedrock, model.customModel, run);
        if (await createServer(bedrock, request, ownTags(run, 'deploy', request))) return { created: true };
        throw stillInProgress({ resource: name, status: 'created by another run' });
      }
      const tags = await tagsOf(bedrock, existing.arn);
      checkOwner(release, existing, tags);
      const created = tags.get(TAGS.run) === workflowIdOf(run);
      if (targetOf(existing) === model.customModel) return { created };
      await untilFree(bedrock, release, existing, tags);
      if (options.to === 'bedrock-provisioned' && options.guard) {
        const guard = { resourceARN: existing.arn, tags: guardTags(options.guard) };
        await calling(`tag ${existing.arn}`, () => bedrock.send(new TagResourceCommand(guard)));
      }
      if (release.adopted) await adopt(bedrock, model.customModel, run);
      await rememberPrevious(bedrock, model.customModel, existing.model);
      try {
        await kind.update(bedrock, existing.arn, model.customModel);
      } catch (error) {
        const now = errorTypeOf(error) === 'InvalidRequest' ? await kind.find(bedrock, name) : undefined;
        // Another run was faster.
        if (now?.state === 'busy') throw stillInProgress({ resource: name, status: now.status });
        throw translateAwsError(error, `update ${kind.what} ${name}`);
      }
      return { created };
    },

    /**
     * Looks once at what serves. It must have this run's model, as Bedrock leaves the old one in place where an update fails,
     * and must answer a row; then the model becomes the newest of its name, and older ones go that are not kept.
     */
    async awaitRelease(release: ReleaseInput): Promise<Released> {
      const { account, options, name, model, created } = release;
      const clients = aws(account.region);
      const { bedrock } = clients;
      const kind = kindOf(options);
      const server = await look(`describe ${kind.what} ${name}`, () => kind.find(bedrock, name));
      if (!server) throw failure('EndpointFailed', `${kind.what} ${name} is gone: somebody deleted it`);
      const { arn, status, state, reason = 'no reason given' } = server;
      if (state === 'busy') throw stillInProgress({ resource: name, status });
      if (state === 'failed') throw serverFailed(kind, server);
      if (server.model !== model.customModel) {
        const previous = (await tagsOf(bedrock, model.customModel)).get(PREVIOUS_TAG);
        const message =
          previous === server.model
            ? `the update of ${kind.what} ${name} failed, and it goes on with ${previous}: ${reason}`
            : `somebody gave ${kind.what} ${name} the model ${server.model} before this run had proven its own`;
        throw failure('RolledBack', message);
      }
      const smokeTest = await converseTest(clients, server, release);
      const proven = { name, arn, created, smokeTest };
      const deployment = await deploymentOf(bedrock, options, proven);
      // In this order: once it is proven the next run takes its place, and that one's version is to be the later one.
      await publishModel(clients.s3, release);
      await markPassed(bedrock, model.customModel);
      const retention = await retireAtOnce(clients, release);
      return { deployment, ...(retention && { retention }) };
    },

    /**
     * Undoes what this run did to what serves, wherever it stands: puts the model from before back, or deletes what the run
     * created. What has another model by now is left as it is. No run starts from the model.
     */
    async revertRelease(release: ReleaseRef): Promise<void> {
      const { run, account, options, name, model } = release;
      const { bedrock, s3 } = aws(account.region);
      await withdrawModel(s3, release);
      const kind = kindOf(options);
      const server = await kind.find(bedrock, name);
      if (!server || targetOf(server) !== model.customModel) return;
      const { status } = server;
      if (server.state === 'busy') throw stillInProgress({ resource: name, status }, true);
      const creator = (await tagsOf(bedrock, server.arn)).get(TAGS.run);
      const previous = (await tagsOf(bedrock, model.customModel)).get(PREVIOUS_TAG);
      await unmarkProven(bedrock, model.customModel);
      if (previous !== undefined) {
        await calling(`update ${kind.what} ${name}`, () => kind.update(bedrock, server.arn, previous));
        throw stillInProgress({ resource: name, status: 'Updating' }, true);
      }
      if (creator === workflowIdOf(run)) await removeServer(bedrock, options, server);
      throw failure('EndpointFailed', `${kind.what} ${name} has no model to go back to; it stays on ${server.model}`);
    },
  };
}
