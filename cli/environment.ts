/**
 * Where a command works: which Temporal, which AWS. Decided here and nowhere else, and as a whole, as a run that is
 * uploaded to one place and trained in another helps nobody: addresses that are set win, else the laptop region that
 * is up, else the defaults of Temporal and AWS.
 */
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { accountProblem } from '../spec/plan.ts';
import type { Account } from '../spec/record.ts';
import type { Spec } from '../spec/spec.ts';
import type { Context } from './context.ts';
import { usageError } from './errors.ts';

export interface Environment {
  /** For people: `the laptop region (.temper)`. */
  readonly label: string;
  readonly temporal: ClientConnectConfig & { readonly address: string; readonly namespace: string };
  /** Address of Temporal's web UI, where it is known. */
  readonly ui?: string;
  /** All variables, as the AWS SDK and the training scripts see them. */
  readonly variables: NodeJS.ProcessEnv;
}

/** Variables that say where to go; a shell that has one has decided. Regions and profiles often are just there. */
function decides(variable: string): boolean {
  return variable === 'TEMPORAL_ADDRESS' || variable === 'TEMPORAL_PROFILE' || variable.startsWith('AWS_ENDPOINT_URL');
}

/** Whether the environment says where to go, so that the laptop region is not looked for. */
export function namesAddresses(env: NodeJS.ProcessEnv): boolean {
  return Object.keys(env).some((key) => decides(key) && env[key]);
}

/** Finds the environment, and puts its variables where the AWS SDK looks for them: in the process. */
export async function findEnvironment({ env, cwd }: Pick<Context, 'env' | 'cwd'>): Promise<Environment> {
  const region = namesAddresses(env) ? undefined : await liveRegion(env, cwd);
  const variables = { ...env, ...region?.env };
  // A profile would outrank the region's keys.
  if (region) delete variables.AWS_PROFILE;
  useInProcess(variables);

  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: defined(variables) });
  const address = connectionOptions.address ?? 'localhost:7233';
  const ui = variables.TEMPER_TEMPORAL_UI;
  return {
    label: region ? `the laptop region (${region.home})` : `Temporal at ${address}, ${awsLabel(variables)}`,
    temporal: { connectionOptions, address, namespace: namespace ?? 'default' },
    ...(ui ? { ui } : {}),
    variables,
  };
}

/** Says which environment is asked: an answer from another one than was meant is worse than none. */
export function nameEnvironment({ output }: Pick<Context, 'output'>, { label }: Environment): void {
  output.note({ code: 'environment', text: output.noteStyle.dim(`  in         ${label}`) });
}

async function liveRegion(
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<{ home: string; env: Record<string, string> } | undefined> {
  const { readRegion, regionHome } = await import('../local/index.ts');
  const home = regionHome(cwd, env);
  const region = await readRegion(home);
  return region && { home, env: region.env };
}

function useInProcess(variables: NodeJS.ProcessEnv): void {
  for (const [key, value] of Object.entries(variables)) if (process.env[key] !== value) process.env[key] = value;
  if (variables.AWS_PROFILE === undefined) delete process.env.AWS_PROFILE;
}

function defined(variables: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => !!entry[1]));
}

function awsLabel(variables: NodeJS.ProcessEnv): string {
  const endpoint = variables.AWS_ENDPOINT_URL_SAGEMAKER ?? variables.AWS_ENDPOINT_URL;
  return endpoint ? `AWS at ${endpoint}` : `AWS ${awsRegion(variables) ?? 'in the region of its profile'}`;
}

function awsRegion(variables: NodeJS.ProcessEnv): string | undefined {
  return variables.AWS_REGION || variables.AWS_DEFAULT_REGION;
}

/** The AWS region: given, from the environment, or from the profile, as the SDK reads it. */
export async function resolveRegion({ variables }: Environment): Promise<string | undefined> {
  const named = awsRegion(variables);
  if (named) return named;
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  return new CloudWatchLogsClient({}).config.region().catch(() => undefined);
}

/** Where a run works in AWS, as far as it is given. */
export async function findAccount(environment: Environment, { aws }: Spec): Promise<Partial<Account>> {
  const region = aws.region ?? (await resolveRegion(environment));
  const bucket = aws.bucket ?? environment.variables.TEMPER_BUCKET;
  const roleArn = aws.role ?? environment.variables.TEMPER_ROLE_ARN;
  return { ...(region && { region }), ...(bucket && { bucket }), ...(roleArn && { roleArn }) };
}

/** Where a run works in AWS. Throws a user error that names everything that is missing. */
export async function resolveAccount(environment: Environment, spec: Spec): Promise<Account> {
  const { region, bucket, roleArn } = await findAccount(environment, spec);
  if (region && bucket && roleArn) return { region, bucket, roleArn };
  const { message, fix } = accountProblem({ region, bucket, roleArn });
  throw usageError('AccountIncomplete', message, fix);
}

const AMAZON = /\.(amazonaws\.com(\.cn)?|api\.aws)$/;

/** Whether AWS bills for what an engine does: not where the SDK is sent to another's address, as in the laptop region. */
export function isBilled({ variables }: Environment, engine: Spec['train']['engine']): boolean {
  const own = engine === 'bedrock' ? variables.AWS_ENDPOINT_URL_BEDROCK : variables.AWS_ENDPOINT_URL_SAGEMAKER;
  const address = own || variables.AWS_ENDPOINT_URL;
  return !address || (URL.canParse(address) && AMAZON.test(new URL(address).hostname));
}
