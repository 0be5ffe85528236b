import type { Spec } from '../../spec/spec.ts';

/**
 * What is wrong with `evaluate.schema`; `undefined` where nothing is. It stands apart from the other checks of a spec, as
 * the validator takes its time to load, and workflows have no use for it.
 */
export async function answerSchemaProblem({ evaluate }: Spec): Promise<string | undefined> {
  if (!evaluate?.schema) return undefined;
  const { conformance } = await import('../../spec/scoring/json-answers.ts');
  try {
    conformance(evaluate.schema);
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return `evaluate.schema: ${error.message}`;
  }
}
