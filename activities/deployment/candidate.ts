/** The candidate's own server: what a custom model answers its evaluation from, before it may serve. */
import type { BedrockClient } from '@aws-sdk/client-bedrock';
import type { CandidateDeployment } from '../../spec/deployment.ts';
import { candidateDeploymentName, championDeploymentName, type RunRef, TAGS, workflowIdOf } from '../../spec/naming.ts';
import type { Account } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { tagsOf } from '../bedrock/tags.ts';
import { errorTypeOf, failure, translateAwsError } from '../errors.ts';
import { ownTags } from '../ownership.ts';
import { look, stillInProgress } from '../waiting.ts';
import { createServer, kindOf, type Server, type ServerOptions, serverFailed } from './servers.ts';

export interface CandidateInput {
  readonly run: RunRef;
  readonly account: Account;
  /** ARN of the custom model. */
  readonly model: string;
  readonly options: ServerOptions;
  /** Whose server it is; the candidate's where nothing is said. */
  readonly who?: 'candidate' | 'champion';
  /** The name that it would serve under, to be taken at once where it is free; absent where it must not. */
  readonly servedName?: string;
}

/** A candidate's server that was created, by its name. */
export interface CandidateRef extends Omit<CandidateInput, 'servedName'> {
  readonly name: string;
}

const ownName = ({ run, who = 'candidate' }: Pick<CandidateInput, 'run' | 'who'>): string =>
  who === 'candidate' ? candidateDeploymentName(run) : championDeploymentName(run);

/** Deletes the server, and throws `InProgress` until it is gone. */
export async function removeServer(
  bedrock: BedrockClient,
  options: Pick<ServerOptions, 'to'>,
  server: Server,
): Promise<never> {
  const kind = kindOf(options);
  const { arn, name, state, status } = server;
  if (state !== 'busy') {
    try {
      await kind.remove(bedrock, arn);
    } catch (error) {
      const type = errorTypeOf(error);
      // Gone, or busy since the look: the next one sees which.
      if (type !== 'NotFound' && type !== 'Conflict') throw translateAwsError(error, `delete ${kind.what} ${name}`);
    }
  }
  throw stillInProgress({ resource: name, status: state === 'busy' ? status : 'Deleting' }, true);
}

/** Candidates of Bedrock. */
export function createCandidateActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * Creates the candidate's server, or attaches to it: under the name that serves where that is free, so that it serves by
     * passing; else under one of its own.
     */
    async submitCandidate(input: CandidateInput): Promise<{ name: string }> {
      const { run, account, model, options, servedName } = input;
      const { bedrock } = aws(account.region);
      const named = (name: string) => ({ name, model, options });
      const create = (name: string) => createServer(bedrock, named(name), ownTags(run, 'evaluate', named(name)));
      const own = ownName(input);
      // A former attempt may have found the name taken that is free by now: one candidate is enough.
      const before = servedName === undefined ? undefined : await kindOf(options).find(bedrock, own);
      if (servedName !== undefined && !before && (await create(servedName))) return { name: servedName };
      if (await create(own)) return { name: own };
      throw failure(
        'Conflict',
        `${kindOf(options).what} ${own} exists and is not this run's; delete it, or start the run again to get another name`,
      );
    },

    /** Looks once at the candidate's server; `InProgress` until it answers. */
    async awaitCandidate({ account, options, name, model }: CandidateRef): Promise<CandidateDeployment> {
      const { bedrock } = aws(account.region);
      const kind = kindOf(options);
      const server = await look(`describe ${kind.what} ${name}`, () => kind.find(bedrock, name));
      if (!server) throw failure('EndpointFailed', `${kind.what} ${name} is gone: somebody deleted it`);
      if (server.state === 'busy') throw stillInProgress({ resource: name, status: server.status });
      if (server.state === 'failed') throw serverFailed(kind, server);
      if (server.model !== model)
        throw failure('Conflict', `somebody gave ${kind.what} ${name} the model ${server.model} during its evaluation`);
      return { to: options.to, name, arn: server.arn };
    },

    /**
     * Deletes the candidate's own server and waits until it is gone. What serves is not touched; see `revertRelease`.
     */
    async removeCandidate(input: Pick<CandidateInput, 'run' | 'account' | 'options' | 'who'>): Promise<void> {
      const { run, account, options } = input;
      const { bedrock } = aws(account.region);
      const server = await kindOf(options).find(bedrock, ownName(input));
      if (!server || (await tagsOf(bedrock, server.arn)).get(TAGS.run) !== workflowIdOf(run)) return;
      await removeServer(bedrock, options, server);
    },
  };
}
