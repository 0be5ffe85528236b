/** What a person should decide on before a model is customized, of what the spec says. */
import type { BedrockSpec } from '../engine.ts';
import type { SpecCode } from '../errors/spec-file.ts';
import { knownModel } from './base.ts';
import { LIMIT_NAMES } from './customization.ts';
import { findModel, limitsOf, MODELS_AS_OF } from './models.ts';

export interface SpecDoubt {
  readonly code: SpecCode;
  /** `['train', 'base']` */
  readonly steps: readonly string[];
  readonly message: string;
  readonly fix: string;
}

export function doubtsOf({ train, aws }: BedrockSpec): SpecDoubt[] {
  const { base, customization, distillation, limits: overrides } = train;
  const model = knownModel(train);
  const facts = model?.customizations[customization];
  if (model === undefined || facts === undefined) return [];
  const asOf = `as of ${MODELS_AS_OF}`;
  const usual = limitsOf(facts);
  const doubts = LIMIT_NAMES.flatMap((name): SpecDoubt[] => {
    const [own, known] = [overrides[name], usual[name]];
    if (own === undefined || own === known) return [];
    const documented = known === undefined ? 'AWS documents none' : `AWS documents ${known}`;
    return [
      {
        code: 'limit_overridden',
        steps: ['train', 'limits', name],
        message: `${own} is taken for the limit of ${model.name}, where ${documented} ${asOf}`,
        fix: "see that it is your account's, under Service Quotas: a job that passes it fails",
      },
    ];
  });
  const doubt = (steps: readonly string[], message: string, fix: string): unknown =>
    doubts.push({ code: 'model_doubtful', steps: ['train', ...steps], message, fix });
  if (findModel(base) === undefined) {
    doubt(
      ['base'],
      `${base} is not among the models known ${asOf}: formats, limits and hyperparameters of ${model.name} are taken for its own`,
      "see AWS's page on it, and override what differs in train.limits",
    );
    return doubts;
  }
  if (model.delisted) {
    doubt(
      ['base'],
      `AWS no longer lists ${model.name} among the models that can be customized, ${asOf}`,
      'choose one of temper models',
    );
  }
  if (aws.region !== undefined && !model.regions.includes(aws.region)) {
    const where = model.regions.join(', ');
    doubt(
      ['base'],
      `${model.name} is customized in ${where} ${asOf}, not in ${aws.region}`,
      'set aws.region to one of them',
    );
  }
  const teachers = facts.teachers ?? [];
  if (distillation && teachers.length > 0 && !teachers.some((id) => findTeacher(id, distillation.teacher))) {
    doubt(
      ['distillation'],
      `${model.name} learns from ${teachers.join(', ')} ${asOf}, not from ${distillation.teacher}`,
      'choose one of them',
    );
  }
  return doubts;
}

/** A teacher may be named by its id, an inference profile or an ARN. */
const findTeacher = (id: string, given: string): boolean => given.endsWith(id);
