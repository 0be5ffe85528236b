import { isSageMaker } from './engine.ts';
import type { SourceBundle } from './record.ts';
import type { Spec } from './spec.ts';

/** The paths of a spec that name data, by their fields. */
export function dataPaths({ data }: Pick<Spec, 'data'>): [field: string, path: string][] {
  return (['source', 'train', 'validation', 'test'] as const).flatMap((field): [string, string][] => {
    const path = data[field];
    return path === undefined ? [] : [[`data.${field}`, path]];
  });
}

export const isS3 = (path: string): boolean => path.startsWith('s3://');

/** Whether the data can be read from anywhere: then a worker of the pipeline prepares it, and not a person's machine. */
export function isInS3(spec: Pick<Spec, 'data'>): boolean {
  return dataPaths(spec).every(([, path]) => isS3(path));
}

/** Whether a machine is needed that has the files of a run: its data, or code that is not in S3 yet. */
export function needsMachine(spec: Spec, source?: SourceBundle): boolean {
  return !isInS3(spec) || (isSageMaker(spec) && source === undefined);
}
