/** `temper rollback NAME`: an earlier version is handed over again, by a run that only deploys. */
import type { S3Client } from '@aws-sdk/client-s3';
import { createAwsClients } from '../../activities/aws.ts';
import { newestVersions, readVersion } from '../../activities/models.ts';
import { SERVING } from '../../spec/engine.ts';
import type { NumberedCard } from '../../spec/version.ts';
import { modelOf, placeOf, servesOf } from '../../spec/version.ts';
import { canAsk, consents } from '../ask.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { isBilled } from '../environment.ts';
import { UserError, usageError } from '../errors.ts';
import { type AgainOptions, startAgain } from '../runs/again.ts';
import type { Temporal } from '../temporal.ts';
import { noVersions, type Place, resolvePlace } from './history.ts';

export interface RollbackOptions extends Place, AgainOptions {
  /** The version to go back to; the one before the newest where none is given. */
  readonly to: number | undefined;
}

/** Throws a user error where there is nothing to go back to, or what it takes is gone. */
export async function rollback(
  context: Context,
  temporal: Temporal,
  name: string,
  options: RollbackOptions,
): Promise<void> {
  const { region, bucket } = await resolvePlace(temporal.environment, options);
  const { newest, target } = await chosen(createAwsClients(region).s3, bucket, name, options.to).catch(
    (error: unknown) => {
      throw awsFailure(error, `read the versions of ${name}`);
    },
  );
  const { run, record } = target.card;
  const { spec, account, data, source, base, model, evaluations = {}, gate = [], approval } = record;
  if (!data || !model) throw new Error(`the card of version ${target.number} of ${name} lacks its data or model`);
  const text = `  back from version ${newest.number} of ${name} to version ${target.number}, by ${run}`;
  context.output.note({ code: 'rollback', text, data: { from: newest.number, to: target.number } });
  const elsewhere = elsewhereText(newest, target);
  if (elsewhere !== undefined) context.output.note({ code: 'rollback.elsewhere', text: `  ${elsewhere}` });
  const asks = isBilled(temporal.environment, spec.train.engine) && !options.yes && canAsk(context);
  if (asks && !(await consents(context, 'let it serve again?', 'nothing was started'))) return;
  const takeover = {
    run,
    data,
    ...(source && { source }),
    ...(base && { base }),
    model,
    evaluations,
    gate,
    ...(approval && { approval }),
  };
  await startAgain(context, temporal, { spec, account, takeover, how: 'rollback' }, { ...options, yes: true });
}

/** What callers have to know where the two do not serve in one place. */
function elsewhereText(newest: NumberedCard, target: NumberedCard): string | undefined {
  const [left, place] = [newest, target].map(({ card }) => servesOf(card));
  if (!left || placeOf(newest.card) === placeOf(target.card)) return undefined;
  const told = ({ to, name }: typeof left): string => `${SERVING[to]} ${name}`;
  const where = place ? `serves as ${told(place)}` : 'was served nowhere';
  return `version ${target.number} ${where}; ${told(left)} goes on answering with version ${newest.number}, until you delete it`;
}

async function chosen(
  s3: S3Client,
  bucket: string,
  name: string,
  to: number | undefined,
): Promise<{ readonly newest: NumberedCard; readonly target: NumberedCard }> {
  const { cards, total } = await newestVersions(s3, bucket, name, 2);
  const [newest, before] = cards;
  if (!newest) throw noVersions(name, bucket);
  const seeAll = `see them with: temper history ${name}`;
  if (to !== undefined && to > total) {
    throw usageError('VersionUnknown', `${name} has no version ${to}: its newest is ${total}`, seeAll);
  }
  const target = to === undefined ? before : await readVersion(s3, bucket, name, to);
  if (!target) {
    const fix = `train a better one with: temper run FILE; ${seeAll}`;
    throw usageError('VersionUnknown', `${name} has no version before version ${newest.number}`, fix);
  }
  if (modelOf(target.card) === modelOf(newest.card) && placeOf(target.card) === placeOf(newest.card)) {
    throw new UserError(
      'AlreadyNewest',
      `version ${target.number} of ${name} has the model of its newest version, ${newest.number}: there is nothing to roll back`,
      { fix: `name another one with --to; ${seeAll}` },
    );
  }
  return { newest, target };
}
