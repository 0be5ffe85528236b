import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { didYouMean, usageError } from '../errors.ts';
import { withExamples } from '../help.ts';

/** `temper explain CODE`: what an error means. */
export function explainCommand(context: Context) {
  const command = new Command('explain')
    .summary('explain an error code')
    .description('explain an error code: what it means, why it comes up, what to do; without a code, list them all')
    .argument('[code]', 'such as CapacityUnavailable, in any case')
    .action(async (code) => {
      const { EXPLAINED, explain } = await import('../../spec/errors/catalogue.ts');
      const { renderCatalogue, renderExplained } = await import('../rendering/errors.ts');
      const { output } = context;
      if (code === undefined) {
        output.result({ errors: EXPLAINED }, output.hint(renderCatalogue(output)));
        return;
      }
      const errors = explain(code);
      if (errors.length === 0) {
        const codes = EXPLAINED.map((each) => each.code);
        const fix = didYouMean(code, codes, 'list them with: temper explain');
        throw usageError('UnknownCode', `there is no error code ${JSON.stringify(code)}`, fix);
      }
      output.result({ errors }, output.hint(renderExplained(errors, output)));
    });
  return withExamples(command, ['temper explain JobFailed', 'one code'], ['temper explain', 'all of them']);
}
