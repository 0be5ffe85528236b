import { z } from 'zod';
import { ANSWERS, failure } from '../../../cli/json/answers.ts';

/** Throws where a command printed with `--json` what its schema does not say. */
export function checkDocumented(argv: readonly string[], stdout: string): void {
  // What stands behind -- is not for temper itself.
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (!words.includes('--json') || stdout === '') return;
  const answer = ANSWERS[argv.slice(0, 2).join(' ')] ?? ANSWERS[argv[0] ?? ''];
  const documents = answer?.lines && !stdout.startsWith('{\n') ? stdout.trimEnd().split('\n') : [stdout];
  const schema = answer ? z.union([failure, answer.document]) : failure;
  for (const document of documents) {
    const { error } = schema.safeParse(JSON.parse(document));
    if (error)
      throw new Error(`temper ${argv.join(' ')} printed what cli/json/ does not say:\n${z.prettifyError(error)}`);
  }
}
