import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { Context } from '@temporalio/activity';
import { canonicalExample, inputOf } from '../../spec/data/examples.ts';
import type { Deployment } from '../../spec/deployment.ts';
import { type RunRef, splitFile, workflowIdOf } from '../../spec/naming.ts';
import type { DataSet } from '../../spec/record.ts';
import { answerField } from '../../spec/scoring/answers.ts';
import type { AwsClients } from '../aws.ts';
import { errorTypeOf, failure, translateAwsError } from '../errors.ts';
import { saidIn } from '../evaluation/predictions.ts';
import { objectLines } from '../s3-lines.ts';

const SHOWN_CHARACTERS = 200;

/** One row as a caller would send it: the first of the test split, or of the training split without its answer. */
async function firstInput({ s3 }: AwsClients, data: DataSet): Promise<string> {
  const { testInputs, splits } = data;
  const uri = testInputs ? `${testInputs.uri}${splitFile('inputs')}` : `${splits.train?.uri}${splitFile('train')}`;
  for await (const line of objectLines(s3, uri))
    return testInputs ? line : JSON.stringify(inputOf(canonicalExample(data.kind, line)));
  throw failure('InvalidData', `${uri} is empty, so there is nothing to ask the endpoint`);
}

/**
 * Asks the endpoint for one row's answer. `SmokeTestFailed` where there is none, or it is not one of the data set's labels
 * where the examples are classified.
 */
export async function smokeTest(
  clients: AwsClients,
  { run, endpoint, data }: { readonly run: RunRef; readonly endpoint: string; readonly data: DataSet },
): Promise<Deployment['smokeTest']> {
  const input = await firstInput(clients, data);
  const started = performance.now();
  let output: string;
  try {
    const answer = await clients.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: endpoint,
        ContentType: 'application/jsonlines',
        Accept: 'application/jsonlines',
        Body: input,
        // Where it is captured, it is not taken for traffic.
        InferenceId: workflowIdOf(run),
      }),
      // A model may take a minute to answer, and a worker that is told to stop has less.
      { abortSignal: Context.current().cancellationSignal },
    );
    output = new TextDecoder().decode(answer.Body);
  } catch (error) {
    if (errorTypeOf(error) !== 'InvalidRequest') throw translateAwsError(error, `invoke endpoint ${endpoint}`);
    throw failure('SmokeTestFailed', `endpoint ${endpoint} refused ${input}: ${(error as Error).message}`, error);
  }
  const said = saidIn(output.trim(), data.kind);
  const classified = data.kind === 'classification';
  if (said === undefined || (classified && !data.labels.includes(said))) {
    const expected = `JSON with a "${answerField(data.kind)}"${classified ? ` of ${data.labels.join(', ')}` : ''}`;
    throw failure(
      'SmokeTestFailed',
      `endpoint ${endpoint} answered ${output.slice(0, SHOWN_CHARACTERS)}, expected ${expected}`,
    );
  }
  return {
    input: input.slice(0, SHOWN_CHARACTERS),
    output: output.trim().slice(0, SHOWN_CHARACTERS),
    milliseconds: Math.round(performance.now() - started),
  };
}
