/** Real data to a served model, by each engine. */
import { type Tour, temper } from './tour.ts';

const ask = (name: string, last: string): string[] => [
  `ask again      npx temper invoke ${name} --text "works like a charm"`,
  `look closer    npx temper ls, npx temper show ${name}, npx temper logs ${name}`,
  `change it      edit ${last}, then npx temper run it again`,
];

const MOVIES = 'examples/movie-reviews/temper.yaml';
const PRODUCTS = 'examples/product-reviews/temper.yaml';
const ON_BEDROCK = 'examples/product-reviews/temper.bedrock.yaml';

export const sagemaker: Tour = {
  steps: [
    temper('run', MOVIES),
    temper('run', PRODUCTS),
    temper('invoke', 'product-reviews', '--text', 'the battery died after a week'),
  ],
  more: [
    ...ask('product-reviews', PRODUCTS),
    'other engine   npm run quickstart -- bedrock',
    'by itself      npm run quickstart -- retraining',
  ],
};

export const bedrock: Tour = {
  steps: [
    temper('run', ON_BEDROCK),
    temper('invoke', 'product-reviews-bedrock', '--text', 'it stopped working after two days'),
  ],
  more: [
    ...ask('product-reviews-bedrock', ON_BEDROCK),
    'side by side   npx temper compare product-reviews product-reviews-bedrock, after npm run quickstart',
    'what it was    no language model: a stand-in that learns by nearest neighbours, see docs/laptop-bedrock.md',
  ],
};
