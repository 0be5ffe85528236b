/** What `temper models` tells: what Bedrock lists in a region, beside what is known of customizing it. */
import type { FoundationModelSummary } from '@aws-sdk/client-bedrock';
import { CUSTOMIZATION_NAMES, CUSTOMIZATIONS, type Customization } from '../../spec/bedrock/customization.ts';
import {
  BASE_MODELS,
  type BaseModel,
  type CustomizationFacts,
  findModel,
  MODELS_AS_OF,
} from '../../spec/bedrock/models.ts';

/** A way in which a model can be customized. */
export interface WayEntry extends Partial<CustomizationFacts> {
  readonly customization: Customization;
  /** Whether Bedrock says so, which lists no reinforcement fine-tuning; absent where it was not asked. */
  readonly confirmed?: boolean;
}

export interface ModelEntry {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** Its id in a customization job. */
  readonly customizedAs: string;
  readonly input: readonly string[];
  /** How the base answers. */
  readonly answers: readonly string[];
  /** Whether AWS is to retire it, or no longer customizes it. */
  readonly legacy: boolean;
  readonly customizations: readonly WayEntry[];
  /** How a custom model of it is served. */
  readonly served: readonly ServedBy[];
  /** Where it is customized and deployed on demand, as far as the data file knows. */
  readonly regions?: { readonly customized: readonly string[]; readonly onDemand: readonly string[] };
}

export type ServedBy = 'bedrock-on-demand' | 'bedrock-provisioned';

export interface ModelsReport {
  /** Where the list is from: Bedrock, or the data file, where Bedrock could not be asked. */
  readonly source: 'bedrock' | 'file';
  readonly region?: string;
  /** Why Bedrock could not be asked. */
  readonly problem?: string;
  /** The day as of which formats, limits, hyperparameters and serving are known. */
  readonly asOf: string;
  readonly models: readonly ModelEntry[];
}

const servedBy = ({ onDemandDeployment }: BaseModel, region: string | undefined): ServedBy[] => {
  const isThere = onDemandDeployment && (region === undefined || onDemandDeployment.regions.includes(region));
  return [...(isThere ? (['bedrock-on-demand'] as const) : []), 'bedrock-provisioned'];
};

function known(model: BaseModel, region: string | undefined): ModelEntry {
  const { id, name, provider, customizedAs, input, invocation, delisted, customizations, onDemandDeployment } = model;
  return {
    id,
    name,
    provider,
    customizedAs,
    input,
    answers: invocation,
    legacy: delisted,
    customizations: CUSTOMIZATION_NAMES.flatMap((customization) => {
      const facts = customizations[customization];
      return facts ? [{ customization, ...facts }] : [];
    }),
    served: servedBy(model, region),
    regions: { customized: model.regions, onDemand: onDemandDeployment?.regions ?? [] },
  };
}

/** What the data file knows, where Bedrock could not be asked. */
export function fromFile(problem: string, region: string | undefined): ModelsReport {
  const models = BASE_MODELS.map((model) => known(model, region));
  return { source: 'file', ...(region && { region }), problem, asOf: MODELS_AS_OF, models };
}

/** What Bedrock lists in a region, each model once, with what is known of it. */
export function fromBedrock(listed: readonly FoundationModelSummary[], region: string): ModelsReport {
  const groups = new Map<string, FoundationModelSummary[]>();
  for (const summary of listed) {
    const { modelId = '' } = summary;
    // A model stands there once as it answers, and once for each length of context that it is customized or provided with.
    const id = findModel(modelId)?.id ?? modelId.replace(/:\d+k$|:mm$/, '');
    groups.set(id, [...(groups.get(id) ?? []), summary]);
  }
  const models = [...groups].map(([id, summaries]) => entryOf(id, summaries, region));
  return { source: 'bedrock', region, asOf: MODELS_AS_OF, models };
}

function entryOf(id: string, summaries: readonly FoundationModelSummary[], region: string): ModelEntry {
  const [first] = summaries;
  const supported = new Set<string>(summaries.flatMap(({ customizationsSupported = [] }) => customizationsSupported));
  const model = findModel(id);
  const facts = model && known(model, region);
  const ways = CUSTOMIZATION_NAMES.flatMap((customization): WayEntry[] => {
    const own = facts?.customizations.find((way) => way.customization === customization);
    const confirmed = supported.has(CUSTOMIZATIONS[customization]);
    return own || confirmed ? [{ ...own, customization, confirmed }] : [];
  });
  const inference = new Set<string>(summaries.flatMap(({ inferenceTypesSupported = [] }) => inferenceTypesSupported));
  const customized = summaries.find(({ customizationsSupported = [] }) => customizationsSupported.length > 0);
  return {
    id,
    name: first?.modelName ?? facts?.name ?? id,
    provider: first?.providerName ?? facts?.provider ?? '',
    customizedAs: facts?.customizedAs ?? customized?.modelId ?? id,
    input: (first?.inputModalities ?? []).map((each) => each.toLowerCase()),
    answers: facts?.answers ?? [...inference].map((each) => each.toLowerCase().replaceAll('_', '-')),
    legacy: facts?.legacy === true || summaries.every(({ modelLifecycle }) => modelLifecycle?.status === 'LEGACY'),
    customizations: ways,
    served: facts?.served ?? (ways.length > 0 ? ['bedrock-provisioned'] : []),
    ...(facts?.regions && { regions: facts.regions }),
  };
}
