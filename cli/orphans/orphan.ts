/** What nobody looks after any more. */
export const ORPHAN_KINDS = [
  'training job',
  'customization job',
  'transform job',
  'batch inference job',
  'evaluation job',
  'endpoint',
  'endpoint config',
  'model',
  'deployment',
  'provisioned throughput',
  'import job',
  'imported model',
  'custom model',
  'upload',
] as const;
export type OrphanKind = (typeof ORPHAN_KINDS)[number];

export interface Orphan {
  readonly kind: OrphanKind;
  /** Its name in AWS; of an upload, the key in the bucket. */
  readonly name: string;
  /** The workflow id of the run that made it; of an upload, what its runs have in common, `temper/reviews`. */
  readonly run: string;
  /** How that run ended; `unknown` where this Temporal does not know it. */
  readonly ended: string;
  /** Its status in AWS's words. */
  readonly status?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly bills: boolean;
  /** Of what Bedrock serves or has imported. */
  readonly arn?: string;
  /** What it had before and is given again: an endpoint a config, by its name, a deployment or throughput a model, by its ARN. */
  readonly previous?: string;
  readonly modelUnits?: number;
  /** Of a provisioned throughput; absent where the price is not known. */
  readonly usdPerHour?: number;
  readonly uploadId?: string;
}

/** How a run ended: `open` where it has not, `unknown` where this Temporal does not know it. */
export type EndOf = (run: string) => Promise<string>;

export const OPEN = 'open';
