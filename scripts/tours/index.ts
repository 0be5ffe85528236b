import { bedrock, sagemaker } from './engines.ts';
import { retraining } from './retraining.ts';
import type { Tour } from './tour.ts';

export type { Step, Tour } from './tour.ts';

/** By what follows `npm run quickstart --`. */
export const TOURS: Readonly<Record<string, Tour>> = { sagemaker, bedrock, retraining };
