/** `temper models`: asks Bedrock which models there are, and falls back on what is known without it. */
import { findModel, suggestModel } from '../../spec/bedrock/models.ts';
import type { Context } from '../context.ts';
import { IMPATIENT } from '../doctor/impatient.ts';
import { findEnvironment, nameEnvironment, resolveRegion } from '../environment.ts';
import { usageError } from '../errors.ts';
import { fromBedrock, fromFile, type ModelEntry, type ModelsReport } from './report.ts';

export interface ModelsOptions {
  /** Id of one; all where not given. */
  readonly model?: string | undefined;
  readonly region?: string | undefined;
  /** Also those that cannot be customized. */
  readonly all: boolean;
}

/** Throws a user error where a model is asked for that there is not. */
export async function listModels(context: Context, options: ModelsOptions): Promise<ModelsReport> {
  const report = await gather(context, options.region);
  if (options.model === undefined) {
    return {
      ...report,
      models: report.models.filter(({ customizations }) => options.all || customizations.length > 0),
    };
  }
  return { ...report, models: [entryOf(report, options.model)] };
}

async function gather(context: Context, given: string | undefined): Promise<ModelsReport> {
  const environment = await findEnvironment(context);
  const region = given ?? (await resolveRegion(environment));
  if (!region) return fromFile('not given an AWS region: use --region, or set AWS_REGION', undefined);
  nameEnvironment(context, environment);
  const { BedrockClient, ListFoundationModelsCommand } = await import('@aws-sdk/client-bedrock');
  const bedrock = new BedrockClient({ region, ...IMPATIENT });
  try {
    const { modelSummaries = [] } = await bedrock.send(new ListFoundationModelsCommand({}));
    return fromBedrock(modelSummaries, region);
  } catch (error) {
    const { name, message } = error as Error;
    return fromFile(`could not ask Bedrock in ${region}: ${message || name}`, region);
  } finally {
    bedrock.destroy();
  }
}

function entryOf({ models, source, region }: ModelsReport, asked: string): ModelEntry {
  const id = findModel(asked)?.id ?? asked;
  const found = models.find((entry) => entry.id === id || entry.name.toLowerCase() === asked.toLowerCase());
  if (found) return found;
  const meant = suggestModel(asked);
  const where = source === 'bedrock' ? `Bedrock lists no model ${asked} in ${region}` : `no model ${asked} is known`;
  throw usageError(
    'ModelUnknown',
    where,
    meant && meant !== id ? `did you mean ${meant}?` : 'see those that there are with: temper models --all',
  );
}
