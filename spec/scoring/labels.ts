/** Labels in what a language model says. */

// A model that was asked for one word puts it in quotes, in bold, or ends it as a sentence.
const WRAPPING = /^[\s"'`“”‘’«»*]+|[\s"'`“”‘’«»*.。]+$/g;

const bare = (text: string): string => text.replace(WRAPPING, '').normalize('NFC').toLowerCase();

/**
 * Reads labels out of answers: the label that the answer is, without white space, quotes and asterisks around it and full
 * stops at its end, whatever its case. Any other answer stays as it is, and is no label: an answer that talks about a
 * label is not one.
 */
export function labelReader(labels: readonly string[]): (answer: string) => string {
  const known = new Set(labels);
  const byBareText = new Map<string, string>();
  for (const label of labels) if (!byBareText.has(bare(label))) byBareText.set(bare(label), label);
  return (answer) => (known.has(answer) ? answer : (byBareText.get(bare(answer)) ?? answer));
}
