/** The steps of a plan: what a run sends, uses, asks and makes, in the order in which it does. */
import { candidateServing } from './bedrock/serving.ts';
import { type Capture, captureOf } from './capture.ts';
import { epochsOf, isDeployed } from './cost/bedrock.ts';
import type { Cost, CostItem, TokenCost, UnitCost } from './cost/items.ts';
import { durationSeconds } from './duration.ts';
import { type BedrockSpec, isBedrock, servedName } from './engine.ts';
import type { DataFacts, InputFacts, PlanFacts } from './plan.ts';
import type { ApprovalSpec } from './schema/approve.ts';
import type { NoticeEvent, NotifySpec } from './schema/notify.ts';
import type { Spec } from './spec.ts';

export type Action = 'upload' | 'reuse' | 'use' | 'create' | 'check' | 'update' | 'ask' | 'tell' | 'unknown';

/** What serves, by where it is deployed to; nothing that bills by itself where it is deployed to none. */
export const SERVED = {
  'sagemaker-endpoint': 'endpoint',
  'bedrock-on-demand': 'custom model deployment',
  'bedrock-provisioned': 'provisioned throughput',
  'bedrock-import': 'imported model',
} as const;

export const STEPS = [
  'data',
  'code',
  'base',
  'training job',
  'weights',
  'transform job',
  'customization job',
  'candidate deployment',
  'questions',
  'approval',
  ...Object.values(SERVED),
  'notification',
] as const;

/** One thing that the run sends, uses, asks or makes; also the person who is asked, and who is told. */
export interface PlanStep {
  readonly what: (typeof STEPS)[number];
  /** `unknown` where it was not to be found out whether it is there already. */
  readonly action: Action;
  /** Address or name, where it is known before the run has its id. */
  readonly name?: string;
  /** Workflow id of the run whose model is used, or replaced. */
  readonly run?: string;
  readonly bytes?: number;
  readonly files?: number;
  readonly splits?: DataFacts['splits'];
  readonly instance?: string;
  /** Jobs, or endpoints; 1 where absent. */
  readonly count?: number;
  /** Instances of each. */
  readonly instances?: number;
  /** Seconds that each job may take. */
  readonly maxSeconds?: number;
  /** Of Bedrock: the model that learns or is asked. */
  readonly model?: string;
  /** Who is asked. */
  readonly who?: TokenCost['who'];
  /** What is told to the topic that is the step's name. */
  readonly events?: readonly NoticeEvent[];
  /** How often the data is learnt. */
  readonly epochs?: number;
  /** Which models a person is asked about, who, how long, and what holds then. */
  readonly approval?: ApprovalSpec;
  readonly tokens?: TokenCost['tokens'];
  readonly modelUnits?: number;
  readonly commitment?: UnitCost['commitment'];
  /** What an endpoint keeps of its traffic. */
  readonly capture?: Capture;
  /** For how long model units bill, at most or at least. */
  readonly hours?: number;
  /** The most that it can cost in USD; an endpoint in each hour. Absent where that is not known. */
  readonly usd?: number;
}

const sent = ({ there }: InputFacts): Action => (there === undefined ? 'unknown' : there ? 'reuse' : 'upload');

export function stepsOf(spec: Spec, facts: PlanFacts, cost: Cost): PlanStep[] {
  return [
    ...inputSteps(spec, facts),
    ...cost.items.flatMap((item) => itemSteps(spec, item)),
    ...(spec.approve ? [{ what: 'approval', action: 'ask', approval: spec.approve } as const] : []),
    ...servingSteps(spec, facts, cost),
    ...(spec.notify ? [notifyStep(spec.notify)] : []),
  ];
}

const notifyStep = ({ topic, on }: NotifySpec): PlanStep => ({
  what: 'notification',
  action: 'tell',
  name: topic,
  events: on,
});

function inputSteps({ train }: Spec, { data, code, base }: PlanFacts): PlanStep[] {
  const { uri: dataUri, there: _, refused: __, sizes: ___, ...about } = data;
  const steps: PlanStep[] = [
    { what: 'data', action: sent(data), ...(dataUri && { name: dataUri }), ...about },
    ...(code ? [codeStep(code)] : []),
  ];
  if (!train.base) return steps;
  // Bedrock knows its models by their ids.
  if (train.engine === 'bedrock') return [...steps, { what: 'base', action: 'use', name: train.base }];
  const found = base ? { name: base.artifact, ...(base.run && { run: base.run }) } : { name: train.base };
  return [...steps, { what: 'base', action: base ? 'use' : 'unknown', ...found }];
}

function codeStep(code: InputFacts): PlanStep {
  const { uri, bytes } = code;
  return { what: 'code', action: sent(code), ...(uri && { name: uri }), ...(bytes !== undefined && { bytes }) };
}

function itemSteps(spec: Spec, item: CostItem): PlanStep[] {
  switch (item.by) {
    case 'machines': {
      const { by: _, stage, jobs: count, ...job } = item;
      const jobs = { action: 'create', count, ...job } as const;
      if (stage !== 'train') return [{ what: 'transform job', ...jobs }];
      const isImported = spec.deploy.to === 'bedrock-import';
      return [
        { what: 'training job', ...jobs },
        ...(isImported ? [{ what: 'weights', action: 'check' } as const] : []),
      ];
    }
    case 'tokens': {
      const { by: _, stage, who, ...rest } = item;
      if (stage === 'train') return isBedrock(spec) ? customizationSteps(spec, rest) : [];
      return [{ what: 'questions', action: 'ask', who, ...rest }];
    }
    case 'model units': {
      const { by: _, stage, ...units } = item;
      // What serves is told at the end.
      return stage === 'deploy' ? [] : [{ what: 'candidate deployment', action: 'create', ...units }];
    }
  }
}

function customizationSteps(spec: BedrockSpec, item: Pick<PlanStep, 'model' | 'tokens' | 'usd'>): PlanStep[] {
  const epochs = epochsOf(spec);
  const job: PlanStep = {
    what: 'customization job',
    action: 'create',
    ...(epochs !== undefined && { epochs }),
    maxSeconds: durationSeconds(spec.train.maxRuntime),
    ...item,
  };
  // A custom model answers only where it is deployed: the candidate's own is there before it is asked.
  const own = isDeployed(spec) && candidateServing(spec) === 'bedrock-on-demand';
  return own ? [job, { what: 'candidate deployment', action: 'create' }] : [job];
}

function servingSteps(spec: Spec, { account, endpoint }: PlanFacts, { serving, items }: Cost): PlanStep[] {
  const { deploy } = spec;
  if (deploy.to === 'none') return [];
  const capture = account.bucket === undefined ? undefined : captureOf(spec, account.bucket);
  return [
    {
      what: SERVED[deploy.to],
      action: endpoint === undefined ? 'unknown' : endpoint ? 'update' : 'create',
      name: servedName(spec),
      ...(endpoint?.serves && { run: endpoint.serves }),
      ...(capture && { capture }),
      ...billOf(serving, items),
    },
  ];
}

function billOf(serving: Cost['serving'], items: readonly CostItem[]): Partial<PlanStep> {
  if (serving?.to === 'sagemaker-endpoint') {
    const { instance, instances, usdPerHour } = serving;
    return { instance, instances, ...(usdPerHour !== undefined && { usd: usdPerHour }) };
  }
  const bought = items.find((item) => item.by === 'model units' && item.stage === 'deploy');
  if (bought?.by !== 'model units') return {};
  const { modelUnits, commitment, hours, usd } = bought;
  return { modelUnits, commitment, hours, ...(usd !== undefined && { usd }) };
}
