import { GetRoleCommand, type IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { errorTypeOf } from '../../activities/errors.ts';
import type { Assumer } from '../../activities/role.ts';
import { failed, passed, skipped, type Verdict } from './check.ts';

/** The services that a run hands its role to. */
export type Assumers = readonly [Assumer, ...Assumer[]];

/** Who the credentials are, as STS says. */
export interface Identity {
  readonly arn: string;
  readonly account: string;
}

/** Whether the role is there, and the services may assume it. */
export async function roleVerdict(
  iam: IAMClient,
  arn: string,
  { account }: Identity,
  assumers: Assumers,
): Promise<Verdict> {
  const owner = arn.split(':')[4];
  if (owner !== account) {
    return failed(
      `${arn} is of account ${owner}, and the credentials of ${account}`,
      'name a role of the same account',
    );
  }
  let policy: string;
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: nameOf(arn) }));
    if (Role?.Arn !== arn) return failed(`there is no role ${arn}, but ${Role?.Arn}`, 'write the ARN as it is');
    policy = Role.AssumeRolePolicyDocument ?? '';
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('NoSuchEntity')) {
      return failed(`there is no role ${arn}`, 'create it, or correct aws.role or TEMPER_ROLE_ARN');
    }
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return skipped('these credentials may not read it (iam:GetRole)');
  }
  const strangers = assumers.filter((service) => !trusts(decodeURIComponent(policy), service)).join(' and ');
  return strangers === ''
    ? passed(`${arn} trusts ${assumers.join(' and ')}`)
    : failed(`${arn} does not trust ${strangers}`, `let its trust policy allow ${strangers} the action sts:AssumeRole`);
}

/** Whether the credentials may hand the role to the services, as far as IAM can tell. */
export async function passRoleVerdict(
  iam: IAMClient,
  role: string,
  { arn, account }: Identity,
  assumers: Assumers,
): Promise<Verdict> {
  if (isRoot(arn, account)) return passed('root may pass any role');
  try {
    const source = await policySource(iam, arn);
    const refused: Assumer[] = [];
    for (const service of assumers) if (!(await mayPass(iam, source, role, service))) refused.push(service);
    return refused.length === 0
      ? passed(`these credentials may pass it to ${assumers.join(' and ')}`)
      : failed(
          `these credentials may not pass it to ${refused.join(' and ')}`,
          `allow ${arn} the action iam:PassRole on ${role}`,
        );
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return skipped('these credentials may not ask (iam:SimulatePrincipalPolicy)');
  }
}

/** Policies of an account do not bind its root, and IAM refuses to simulate it. */
const isRoot = (arn: string, account: string): boolean => arn === `arn:${arn.split(':')[1]}:iam::${account}:root`;

async function mayPass(iam: IAMClient, source: string, role: string, service: Assumer): Promise<boolean> {
  const { EvaluationResults } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: source,
      ActionNames: ['iam:PassRole'],
      ResourceArns: [role],
      ContextEntries: [
        { ContextKeyName: 'iam:PassedToService', ContextKeyType: 'string', ContextKeyValues: [service] },
      ],
    }),
  );
  return EvaluationResults?.every(({ EvalDecision }) => EvalDecision === 'allowed') === true;
}

/** Whether the policies of the credentials allow an action, as far as IAM says; nothing where it may not be asked. */
export async function mayDo(
  iam: IAMClient,
  { arn, account }: Identity,
  action: string,
  resource: string,
): Promise<boolean | undefined> {
  if (isRoot(arn, account)) return true;
  try {
    const { EvaluationResults } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: await policySource(iam, arn),
        ActionNames: [action],
        ResourceArns: [resource],
      }),
    );
    return EvaluationResults?.every(({ EvalDecision }) => EvalDecision === 'allowed') === true;
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    return undefined;
  }
}

/** A session has the policies of its role, whose path its own ARN leaves out. */
async function policySource(iam: IAMClient, arn: string): Promise<string> {
  const [, role] = /^arn:[^:]+:sts::\d+:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (!role) return arn;
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
  return Role?.Arn ?? arn;
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: string | { readonly Service?: string | readonly string[] };
}

/** Whether a trust policy lets a service assume its role; conditions are left to AWS. */
export function trusts(policy: string, service: string): boolean {
  const { Statement: given } = JSON.parse(policy) as { Statement?: Statement | readonly Statement[] };
  return list(given).some(({ Effect, Action, Principal }) => {
    const services = Principal === '*' ? [service] : typeof Principal === 'object' ? list(Principal.Service) : [];
    const assumes = list(Action).some((action) => ['sts:assumerole', 'sts:*', '*'].includes(action.toLowerCase()));
    return Effect === 'Allow' && assumes && services.includes(service);
  });
}

/** IAM writes one as itself and many as a list. */
function list<T>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}
