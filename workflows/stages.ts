/** The stages of a run: each leaves small references for the next, and registers what it creates for clean-up first. */
import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../activities/index.ts';
import { askingFor, lowerEnd, type Verdict } from '../spec/approval.ts';
import { type Champion, isOfOtherEngine } from '../spec/champion.ts';
import type { Deployment } from '../spec/deployment.ts';
import { isBedrock, isSageMaker } from '../spec/engine.ts';
import { evidenceOf } from '../spec/evidence.ts';
import { type Comparison, evaluateGate, isOfRows, isRelativeToChampion, type RuleVerdict } from '../spec/gate.ts';
import type { ModelRef, Result, Retention, TrainedArtifact, TrainedModel, Weights } from '../spec/record.ts';
import type { EvaluationSpec } from '../spec/schema/evaluate.ts';
import { servingOf } from '../spec/serving.ts';
import type { Spec } from '../spec/spec.ts';
import { awaitDecision } from './approval.ts';
import { giveBackCandidate } from './bedrock/candidate.ts';
import { customize, settle } from './bedrock/customization.ts';
import { evaluateOnBedrock } from './bedrock/evaluation.ts';
import { importIntoBedrock, unpackForImport } from './bedrock/import.ts';
import { deployOnBedrock } from './bedrock/release.ts';
import { askOtherEngine, compareByRows, findChampion } from './champion.ts';
import type { Evaluations, Prepared, RunContext } from './context.ts';
import { handOverOf } from './hand-over.ts';
import * as profiles from './profiles.ts';
import { deployToEndpoint } from './sagemaker/endpoint.ts';
import { evaluateByTransform } from './sagemaker/evaluation.ts';
import { trainOnSageMaker } from './sagemaker/training.ts';
import { together } from './together.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submit);

/** The schema lets no such spec through. */
const mismatched = ({ train: { engine }, evaluate: how, deploy: { to } }: Spec): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `what ${engine} has trained is not evaluated by ${how?.by} and deployed to ${to}`,
    'InvalidSpec',
  );

/** Trains the model, and sees whether it can be what the spec wants to make of it. */
export async function train(
  context: RunContext,
  prepared: Prepared,
): Promise<{ model: TrainedModel; weights?: Weights }> {
  const { spec, takeover, progress } = context;
  const model = takeover?.model ?? (await trained(context, prepared));
  if (spec.deploy.to !== 'bedrock-import' || model.engine !== 'sagemaker') return { model };
  // It is paid, and told whatever becomes of it.
  progress.note({ model });
  return { model, weights: await unpackForImport(context, artifactOf(context, prepared, model)) };
}

/** The model, by the engine that the spec names. */
async function trained(context: RunContext, prepared: Prepared): Promise<TrainedModel> {
  const { spec } = context;
  if (isBedrock(spec)) return customize({ ...context, spec }, prepared);
  if (isSageMaker(spec)) return trainOnSageMaker({ ...context, spec }, prepared);
  throw ApplicationFailure.nonRetryable(`no engine ${spec.train.engine}`, 'InvalidSpec');
}

/** Lets go of the model, which was judged or handed over: from here on it stays, whatever becomes of the run. */
export async function letGo(context: RunContext, model: TrainedModel, outcome: Result): Promise<Result> {
  if (isBedrock(context.spec) && model.engine === 'bedrock') {
    await settle({ ...context, spec: context.spec }, model, outcome);
  }
  return outcome;
}

/** The candidate as a model that SageMaker can serve. */
function artifactOf({ spec, account }: RunContext, { source }: Prepared, { artifact }: TrainedArtifact): ModelRef {
  if (!isSageMaker(spec) || !source)
    throw ApplicationFailure.nonRetryable('there is no code to serve with', 'InvalidSpec');
  return { engine: 'sagemaker', artifact, serving: servingOf(spec, source, account) };
}

/** Base, champion and candidate answer the same test split, those of them that there are. */
export async function evaluate(
  context: RunContext,
  prepared: Prepared,
  model: TrainedModel,
): Promise<{ evaluations: Evaluations }> {
  const { evaluate: how } = context.spec;
  if (!how) return { evaluations: {} };
  const { spec, takeover } = context;
  // What was not judged may have another champion to meet by now.
  const isJudged = takeover?.gate !== undefined || !spec.gate.some(isRelativeToChampion);
  if (takeover?.evaluations && isJudged) return { evaluations: takeover.evaluations };
  const champion = await findChampion(context, prepared.data);
  if (!champion || !isOfOtherEngine(spec, champion.spec)) {
    return { evaluations: await evaluateOnEngine(context, prepared, model, how, champion) };
  }
  const [{ base, candidate }, other] = await together([
    () => evaluateOnEngine(context, prepared, model, how, champion),
    () => askOtherEngine(context, how, prepared.data, champion),
  ]);
  return {
    evaluations: { ...(base && { base }), ...(other && { champion: other }), ...(candidate && { candidate }) },
  };
}

/** The contenders that the engine of the run can ask. */
async function evaluateOnEngine(
  context: RunContext,
  prepared: Prepared,
  model: TrainedModel,
  how: EvaluationSpec,
  champion: Champion | undefined,
): Promise<Evaluations> {
  const { spec } = context;
  const { data, base } = prepared;
  if (how.by !== 'transform' && isBedrock(spec) && model.engine === 'bedrock') {
    return evaluateOnBedrock({ ...context, spec }, how, data, model, champion);
  }
  if (how.by !== 'transform' || model.engine !== 'sagemaker') throw mismatched(spec);
  const before = champion?.model.engine === 'sagemaker' ? champion.model : undefined;
  const isBase = before !== undefined && before.artifact === base?.artifact;
  const models = {
    ...(base && { base }),
    ...(before && !isBase && { champion: before }),
    candidate: artifactOf(context, prepared, model),
  };
  const saysAnything = champion !== undefined && isOfOtherEngine(spec, champion.spec);
  const evaluations = await evaluateByTransform(context, how, data, models, saysAnything);
  // One model is not asked twice.
  return isBase && evaluations.base ? { ...evaluations, champion: evaluations.base } : evaluations;
}

/** Holds the scores against the spec's rules, and the rows where rules need them. */
export async function gate(
  context: RunContext,
  { data }: Prepared,
  evaluations: Evaluations,
): Promise<{ gate: readonly RuleVerdict[] }> {
  const { spec, progress, takeover } = context;
  const taken = takeover?.gate;
  if (taken) return progress.decide('gate', () => ({ gate: taken }));
  if (!spec.gate.some(isOfRows)) return progress.decide('gate', () => judged(context, evaluations));
  return progress.stage('gate', async () =>
    judged(context, evaluations, await compareByRows(context, data, evaluations)),
  );
}

function judged(
  { spec, progress }: RunContext,
  { base, candidate }: Evaluations,
  comparisons: readonly Comparison[] = [],
): { gate: readonly RuleVerdict[] } {
  if (!candidate) throw ApplicationFailure.nonRetryable('the candidate was not evaluated', 'InvalidPredictions');
  const lower = lowerEnd(spec.approve);
  const { champion } = progress.record;
  const absent = champion === undefined ? ({ yet: true } as const) : champion.gone && { gone: champion.gone };
  const { rules } = evaluateGate([...spec.gate, ...(lower === undefined ? [] : [lower])], {
    ...(base && { base: base.scores }),
    candidate: candidate.scores,
    comparisons,
    ...(absent && { noChampion: absent }),
  });
  return { gate: rules };
}

/** Lets a person decide on the model, where the spec wants one to. */
export async function approve(context: RunContext): Promise<Verdict> {
  const { spec, progress, takeover } = context;
  if (!spec.approve) return 'approve';
  const { asked, reason } = askingFor(spec.approve, progress.record.evaluations?.candidate?.scores);
  const { approve: how } = spec;
  const before = takeover?.approval;
  const holds = before?.decision?.verdict === 'approve' && before.evidence === evidenceOf(progress.record);
  if (!asked || holds) {
    progress.decide('approve', () => (holds ? { approval: before } : {}));
    return 'approve';
  }
  const { approval } = await progress.stage('approve', async () => {
    const givenBack = await giveBackCandidate(context);
    return awaitDecision(context, how, { reason, ...(givenBack !== undefined && { givenBack }) });
  });
  return approval.decision.verdict;
}

/** Hands the model over: it becomes the newest of its name, and is served where the spec says so. */
export async function deploy(
  context: RunContext,
  prepared: Prepared,
  trained: TrainedModel,
): Promise<{ deployment?: Deployment; retention?: Retention }> {
  const { run, spec } = context;
  if (isBedrock(spec) && trained.engine === 'bedrock')
    return deployOnBedrock({ ...context, spec }, prepared.data, trained);
  if (trained.engine === 'bedrock') throw mismatched(spec);
  const model = artifactOf(context, prepared, trained);
  switch (spec.deploy.to) {
    case 'none':
      await submit.publishModel.executeWithOptions({ summary: `make this the newest model of ${run.name}` }, [
        { ...handOverOf(context), model },
      ]);
      return {};
    case 'sagemaker-endpoint':
      return { deployment: await deployToEndpoint(context, spec.deploy, prepared.data, model) };
    case 'bedrock-import':
      return { deployment: await importIntoBedrock(context, prepared.data, model) };
    case 'bedrock-on-demand':
    case 'bedrock-provisioned':
      throw mismatched(spec);
  }
}
