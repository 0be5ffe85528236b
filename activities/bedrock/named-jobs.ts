/** Jobs of Bedrock that are only found by their ARN, by the names that runs give them. */
import { type BedrockClient, ListEvaluationJobsCommand, ListModelInvocationJobsCommand } from '@aws-sdk/client-bedrock';

/** A page of jobs. */
interface Page {
  readonly jobs: readonly { readonly jobName?: string | undefined; readonly jobArn?: string | undefined }[];
  readonly nextToken?: string | undefined;
}

async function arnOf(
  name: string,
  list: (nextToken: string | undefined) => Promise<Page>,
): Promise<string | undefined> {
  let token: string | undefined;
  do {
    const { jobs, nextToken } = await list(token);
    // AWS looks for names that contain it.
    const job = jobs.find(({ jobName }) => jobName === name);
    if (job) return job.jobArn;
    token = nextToken;
  } while (token !== undefined);
  return undefined;
}

/** The ARN of the batch inference job of a name; `undefined` where there is none. */
export function invocationJobArn(bedrock: BedrockClient, nameContains: string): Promise<string | undefined> {
  return arnOf(nameContains, async (token) => {
    const { invocationJobSummaries: jobs = [], nextToken } = await bedrock.send(
      new ListModelInvocationJobsCommand({ nameContains, ...(token && { nextToken: token }) }),
    );
    return { jobs, nextToken };
  });
}

/** The ARN of the evaluation job of a name; `undefined` where there is none. */
export function evaluationJobArn(bedrock: BedrockClient, nameContains: string): Promise<string | undefined> {
  return arnOf(nameContains, async (token) => {
    const { jobSummaries: jobs = [], nextToken } = await bedrock.send(
      new ListEvaluationJobsCommand({ nameContains, ...(token && { nextToken: token }) }),
    );
    return { jobs, nextToken };
  });
}

const BEFORE_IT_RUNS = new Set(['Submitted', 'Validating', 'Scheduled']);

/** The status of a batch inference job, where it can be stopped in one word with all other jobs. */
export function runningStatus(status: string | undefined): string | undefined {
  return status !== undefined && BEFORE_IT_RUNS.has(status) ? 'InProgress' : status;
}
