/** One customization job, from its first phase to its last. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { findModel, limitsOf } from '../../../spec/bedrock/models.ts';
import type { Hold } from '../../aws/faults.ts';
import { joinS3, parseS3Uri } from '../../aws/s3.ts';
import { arnOf } from '../arns.ts';
import type { Context } from '../context.ts';
import type { CustomModels } from '../custom-models.ts';
import { JobFailure, reading } from '../jobs.ts';
import { inTurns } from '../learning/in-turns.ts';
import { type Learned, learningSteps } from '../learning/learn.ts';
import type { LearningExample, SavedModel } from '../learning/learned-model.ts';
import { passes } from '../work.ts';
import { type Reading, Records, readFile, readLogs, refuseCounts } from './data.ts';
import { answered, reinforced } from './examples.ts';
import { lambdaGrader } from './grader.ts';
import { type CustomizationJob, described, enter, mark, type Phase } from './job.ts';
import { metricFiles } from './metrics.ts';

/** AWS keeps this much of a reason. */
const MAX_REASON = 2048;
/** Of models that have no hyperparameter for it: about what AWS's advice on warm-up steps lets one think of Nova Lite. */
const DEFAULT_BATCH = 16;
/** Answers that reinforcement tries for a prompt, where the request does not say. */
const DEFAULT_SAMPLES = 4;

interface Data {
  readonly train: Records;
  readonly validation: Records;
}

interface Examples {
  readonly train: readonly LearningExample[];
  readonly validation: readonly LearningExample[];
}

export class CustomizationRun {
  readonly #job: CustomizationJob;
  readonly #context: Context;
  readonly #models: CustomModels;
  readonly #save: () => void;
  readonly #stop = new AbortController();
  readonly #interrupted: AbortSignal;
  /** Aborted when another fault plan takes the place of the one that the job came under. */
  readonly #planned: AbortSignal;

  /** `save` is called after each change of the record. */
  constructor(job: CustomizationJob, context: Context, models: CustomModels, save: () => void) {
    this.#job = job;
    this.#context = context;
    this.#models = models;
    this.#save = save;
    this.#planned = context.planned();
    this.#interrupted = AbortSignal.any([this.#stop.signal, context.shutdown]);
  }

  /** Has the job stopped; {@link run} resolves when it is. */
  stop(): void {
    this.#stop.abort();
  }

  /** Resolves when the job is over, with its record saved. Rejects where the region shuts down: it is run again then. */
  async run(): Promise<void> {
    const job = this.#job;
    try {
      if (job.status === 'InProgress') await this.#work();
    } catch (error) {
      this.#context.shutdown.throwIfAborted();
      if (!this.#stop.signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        const reason = error instanceof JobFailure ? message : `Encountered an internal error: ${message}`;
        job.failureMessage = reason.slice(0, MAX_REASON);
        enter(job, 'Failed');
        this.#save();
        return;
      }
    }
    if (job.status !== 'Completed') {
      await this.#passing(this.#context.shutdown, 'stopping');
      enter(job, 'Stopped');
    }
    this.#save();
  }

  async #work(): Promise<void> {
    const { slowStartSeconds, jobFails } = this.#job.fault;
    if (slowStartSeconds) await sleep(slowStartSeconds * 1000, undefined, { signal: this.#interrupted });
    const data = await this.#phase('validation', () => this.#read());
    const examples = await this.#phase('dataProcessing', () => this.#examplesOf(data));
    const learned = await this.#phase('training', () => {
      if (jobFails !== undefined) throw new JobFailure(jobFails);
      return this.#learn(examples);
    });
    await this.#finish(learned);
  }

  /** A phase lasts at least as long as the region's pace, and as long as a fault holds it. */
  async #phase<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    mark(this.#job, phase, 'InProgress');
    this.#save();
    const [result] = await Promise.all([work(), this.#passing(this.#interrupted, phase)]);
    this.#interrupted.throwIfAborted();
    // A model is there as soon as its training is.
    if (phase !== 'training') mark(this.#job, phase, 'Completed');
    return result;
  }

  #passing(shutdown: AbortSignal, at: Hold): Promise<void> {
    const { hold = [] } = this.#job.fault;
    return passes({ ...this.#context, shutdown, planned: () => this.#planned }, { hold }, at);
  }

  async #read(): Promise<Data> {
    const { given, customization, foundationModelId } = this.#job;
    const { s3 } = this.#context;
    const model = findModel(foundationModelId);
    const facts = model?.customizations[customization];
    if (!model || !facts) throw new JobFailure('The provided model identifier is invalid.');
    const distilled = customization === 'distillation';
    const batchSize = this.#hyperparameter('batchSize', 1);
    const how: Reading = { model, facts, batchSize, distilled, signal: this.#interrupted };
    const { s3Uri, invocationLogsConfig: logs } = given.trainingDataConfig;
    const [train, validation] = [new Records(), new Records()];
    const file = (uri: string, records: Records) =>
      reading(uri, this.#interrupted, () => readFile(s3, uri, how, records));
    if (s3Uri !== undefined) await file(s3Uri, train);
    const uri = logs?.invocationLogSource.s3Uri;
    if (uri !== undefined) {
      const { usePromptResponse: withAnswers = false, requestMetadataFilters: filters } = logs ?? {};
      await reading(uri, this.#interrupted, () =>
        readLogs(s3, { uri, withAnswers, filters }, this.#interrupted, train),
      );
    }
    for (const validator of given.validationDataConfig?.validators ?? []) await file(validator.s3Uri, validation);
    refuseCounts(train.count, validation.count, limitsOf(facts, { batchSize }));
    return { train, validation };
  }

  async #examplesOf({ train, validation }: Data): Promise<Examples> {
    const { distillationConfig, rftConfig } = this.#job.given.customizationConfig ?? {};
    const teacher = distillationConfig?.teacherModelConfig.teacherModelIdentifier;
    const grader = rftConfig?.graderConfig?.lambdaGrader?.lambdaArn;
    if (grader === undefined)
      return { train: answered(train.kept, teacher), validation: answered(validation.kept, teacher) };
    const reinforcement = {
      grade: lambdaGrader(this.#context.lambdaEndpoint, grader, this.#interrupted),
      model: this.#job.foundationModelId,
      samples: this.#hyperparameter('trainingSamplePerPrompt', DEFAULT_SAMPLES),
    };
    return {
      train: await reinforced(train.kept, reinforcement),
      validation: await reinforced(validation.kept, reinforcement),
    };
  }

  async #learn(data: Examples): Promise<Learned> {
    const base = await this.#base();
    const steps = learningSteps(data.train, {
      epochs: this.#hyperparameter('epochCount', 1),
      batchSize: this.#hyperparameter('batchSize', DEFAULT_BATCH),
      validation: data.validation,
      ...(base && { base }),
    });
    return inTurns(steps, this.#interrupted);
  }

  /** What the model that is customized further has learned. */
  async #base(): Promise<SavedModel | undefined> {
    const custom = this.#models.resources.find(this.#job.customizedArn);
    return custom && this.#models.learned(custom);
  }

  async #finish({ model, steps, validation }: Learned): Promise<void> {
    const [job, context] = [this.#job, this.#context];
    const output = joinS3(job.given.outputDataConfig.s3Uri, `model-customization-job-${job.id}`);
    for (const [name, text] of Object.entries(metricFiles(steps, validation))) {
      await context.s3.put(parseS3Uri(joinS3(output, name)), () => Readable.from([text]), this.#interrupted);
    }
    const epoch = steps.at(-1)?.epoch;
    const last = steps.filter((step) => step.epoch === epoch);
    job.trainingMetrics = { trainingLoss: last.reduce((sum, { loss }) => sum + loss, 0) / last.length };
    const validated = validation.at(-1);
    if (validated) job.validationMetrics = [{ validationLoss: validated.loss }];
    this.#interrupted.throwIfAborted();
    const base = findModel(job.foundationModelId);
    const customizedAs = base?.customizedAs ?? job.foundationModelId;
    const arn = arnOf(context, 'custom-model', `${customizedAs}/${job.modelId}`);
    await this.#models.add(
      {
        id: job.modelId,
        arn,
        name: job.given.customModelName,
        tags: job.given.customModelTags ?? [],
        request: job.request,
        foundationModelId: job.foundationModelId,
        foundationModelArn: job.baseModelArn,
        baseModelArn: job.customizedArn,
        creationTime: Date.now() / 1000,
        customizationType: String(described(job).customizationType),
        details: { ...described(job), modelKmsKeyArn: job.given.customModelKmsKeyId },
      },
      model,
    );
    job.outputModelArn = arn;
    enter(job, 'Completed');
  }

  /** As the request has it, or as the model's default is. */
  #hyperparameter(name: string, fallback: number): number {
    const { given, customization, foundationModelId } = this.#job;
    const known = findModel(foundationModelId)?.customizations[customization]?.hyperparameters?.[name];
    const own = given.customizationConfig?.rftConfig?.hyperParameters?.[name] ?? given.hyperParameters?.[name];
    const value = Number(own ?? known?.default ?? fallback);
    return Number.isFinite(value) ? value : fallback;
  }
}
