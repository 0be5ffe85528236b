/** `npm run docs`: writes the files that follow from the code. */
import { writeFileSync } from 'node:fs';
import { generated } from './generated.ts';

for (const [path, text] of Object.entries(generated())) writeFileSync(path, text);
