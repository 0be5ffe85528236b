/** The models of Bedrock that data is held against. */
import { type Candidate, candidates } from '../../spec/bedrock/candidates.ts';
import { CUSTOMIZATION_NAMES, type Customization } from '../../spec/bedrock/customization.ts';
import { findModel, limitsOf, MODELS_AS_OF, suggestModel, waysOf } from '../../spec/bedrock/models.ts';
import { mayLackAnswers, targetOf } from '../../spec/bedrock/target.ts';
import type { FamilyReport } from '../../spec/check.ts';
import type { RowOptions } from '../../spec/data/formats.ts';
import type { TargetReport } from '../../spec/data/report.ts';
import { isBedrock } from '../../spec/engine.ts';
import type { Spec } from '../../spec/spec.ts';
import { usageError } from '../errors.ts';
import { dataFinding } from './findings.ts';

/** What is asked for on the command line. */
export interface AskedFor {
  /** `--for`: the id of a model, or `all`. */
  readonly model?: string | undefined;
  readonly customization?: string | undefined;
}

export interface Targets {
  readonly candidates: readonly Candidate[];
  /** Whether the data is to fit them; else it is only told which it fits. */
  readonly required: boolean;
  readonly answers?: RowOptions['answers'];
}

/** What the data is to customize: as the command line says, or as the spec does. Throws a user error for what is not known. */
export function targetsOf({ model: asked, customization }: AskedFor, spec: Spec | undefined): Targets {
  const way = customization === undefined ? undefined : wayOf(customization);
  const own = spec && isBedrock(spec) ? targetOf(spec) : undefined;
  if (asked === undefined) {
    if (way !== undefined) throw usageError('Usage', '--customization goes with --for', 'name a model, or all');
    if (own === undefined) return { candidates: [], required: true };
    return one({ models: [own.model], target: own });
  }
  if (asked === 'all') {
    const all = candidates().filter(({ target }) => way === undefined || target.customization === way);
    const answers = all.every(({ target }) => mayLackAnswers(target.customization)) ? 'optional' : undefined;
    return { candidates: all, required: false, answers };
  }
  const model = findModel(asked);
  if (model === undefined) {
    const meant = suggestModel(asked);
    const message = `no model ${asked} is known as of ${MODELS_AS_OF}`;
    throw usageError('ModelUnknown', message, meant ? `did you mean ${meant}?` : 'see them with: temper models');
  }
  const chosen = way ?? own?.customization ?? 'fine-tuning';
  const facts = model.customizations[chosen];
  if (facts === undefined) throw usageError('ModelUnknown', `${model.id} does not take ${chosen}`, waysOf(model));
  return one({
    models: [model],
    target: { model, customization: chosen, prompt: own?.prompt, limits: limitsOf(facts) },
  });
}

function one(candidate: Candidate): Targets {
  const answers = mayLackAnswers(candidate.target.customization) ? 'optional' : undefined;
  return { candidates: [candidate], required: true, answers };
}

function wayOf(name: string): Customization {
  const way = CUSTOMIZATION_NAMES.find((known) => known === name);
  if (way === undefined)
    throw usageError('Usage', `no customization ${name}`, `one of ${CUSTOMIZATION_NAMES.join(', ')}`);
  return way;
}

/** @param reports of the candidates, in their order */
export function familiesOf({ candidates: all }: Targets, reports: readonly TargetReport[]): FamilyReport[] {
  return reports.flatMap(({ target, records, tokens, errors, warnings }, i) => {
    const models = all[i]?.models ?? [target.model];
    const { customization, model } = target;
    const format = model.customizations[customization]?.format;
    if (format === undefined) return [];
    return [
      {
        models: models.map(({ id }) => id),
        names: models.map(({ name }) => name),
        customization,
        format,
        fits: errors.length === 0,
        delisted: models.every(({ delisted }) => delisted),
        records,
        tokens,
        errors: errors.map(dataFinding),
        warnings: warnings.map(dataFinding),
      },
    ];
  });
}
