/** Needs no region: what is divided stays in memory, or goes to a temporary file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, type LeftOut, type SourceRow } from '../../activities/data/divide.ts';
import { Scratch } from '../../activities/data/scratch.ts';
import { SplitFiles } from '../../activities/data/split-files.ts';
import { type Example, type Kind, normalise, questionOf } from '../../spec/data/examples.ts';
import type { SplitOptions } from '../../spec/data/split.ts';
import type { SplitName } from '../../spec/record.ts';

interface Row {
  readonly text: string;
  readonly label: string;
}

interface Memory {
  /** Bytes, before anything goes to disk. */
  readonly memory?: number;
  readonly partitions?: number;
}

interface Divided extends LeftOut {
  readonly sha256: string;
  /** As JSON has them. */
  readonly splits: { readonly [S in SplitName | 'inputs']: readonly unknown[] };
}

async function divided(
  kind: Kind,
  rows: readonly SourceRow[],
  options: SplitOptions,
  { memory, partitions }: Memory = {},
): Promise<Divided> {
  async function* batches() {
    for (let start = 0; start < rows.length; start += 10) yield rows.slice(start, start + 10);
  }
  const scratch = new Scratch(memory);
  try {
    const files = new SplitFiles(kind, scratch);
    const pause = () => Promise.resolve();
    const leftOut = await divide(batches(), files, { ...options, scratch, pause, ...(partitions && { partitions }) });
    const { uploads, data } = files.placed('name', 'bucket');
    const splits: { [S in SplitName | 'inputs']: unknown[] } = { train: [], validation: [], test: [], inputs: [] };
    for (const { uri, content } of uploads) {
      const bytes = Buffer.alloc(content.bytes);
      await content.read(bytes, 0);
      const name = uri.slice(uri.lastIndexOf('/') + 1).replace('.jsonl', '') as SplitName;
      splits[name] = bytes
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    }
    return { sha256: data.sha256, splits, ...leftOut };
  } finally {
    await scratch.close();
  }
}

const classified = (rows: readonly Row[]): SourceRow[] =>
  rows.map((row) => ({ example: { kind: 'classification', ...row } }));
const split = (rows: readonly Row[], shares: SplitOptions, memory?: Memory) =>
  divided('classification', classified(rows), shares, memory);

const held = ({ splits: { train, validation, test } }: Divided): Row[] => [...train, ...validation, ...test] as Row[];
const countOf = (rows: readonly unknown[], wanted: string): number =>
  (rows as Row[]).filter((row) => row.label === wanted).length;

const label = fc.constantFrom('a', 'b', 'c');
const row = fc.record({ text: fc.string({ minLength: 1, unit: 'grapheme' }), label });
const rows = fc.array(row, { maxLength: 80 });
const distinctRows = fc.uniqueArray(row, { selector: ({ text }) => normalise(text), maxLength: 80 });
const options = fc
  .record({
    test: fc.double({ min: 0, max: 0.9, noNaN: true }),
    validation: fc.double({ min: 0, max: 0.9, noNaN: true }),
    seed: fc.nat(),
  })
  .filter(({ test, validation }) => test + validation < 1);
const shuffled = <T>(items: fc.Arbitrary<T[]>) =>
  items.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));

const numbered = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ text: `sentence ${i}`, label: i % 4 === 0 ? 'rare' : 'common' }));

describe('dividing', () => {
  it('puts every distinct row into exactly one split', async () => {
    await fc.assert(
      fc.asyncProperty(distinctRows, options, async (source, shares) => {
        const result = await split(source, shares);
        expect(result.duplicates).toBe(0);
        expect(held(result)).toHaveLength(source.length);
        expect(new Set(held(result))).toEqual(new Set(source));
      }),
    );
  });

  it('never has the same text on two sides, and counts what it left out', async () => {
    const text = fc.constantFrom('Good', 'good ', 'GOOD', 'bad', ' Bad', 'so  so', 'so so');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ text, label })), options, async (source, shares) => {
        const result = await split(source, shares);
        const texts = held(result).map((each) => normalise(each.text));
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts.length + result.duplicates).toBe(source.length);
      }),
    );
  });

  it('divides each label like the whole, within one row, and leaves each one a row to train on', async () => {
    await fc.assert(
      fc.asyncProperty(distinctRows, options, async (source, shares) => {
        const { splits } = await split(source, shares);
        for (const name of ['a', 'b', 'c']) {
          const size = countOf(source, name);
          // Products of shares are not exact: 6 × 0.83… is a little more than 5.
          const oneRow = 1 + 1e-6;
          expect(Math.abs(countOf(splits.test, name) - size * shares.test)).toBeLessThanOrEqual(oneRow);
          expect(Math.abs(countOf(splits.validation, name) - size * shares.validation)).toBeLessThanOrEqual(oneRow);
          if (size > 0) expect(countOf(splits.train, name)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('comes to the same bytes whatever the order of the rows and the memory there is', async () => {
    const memory = fc.record({ memory: fc.constantFrom(0, 2 ** 20), partitions: fc.constantFrom(1, 2, 16, 256) });
    await fc.assert(
      fc.asyncProperty(shuffled(rows), options, memory, async ([source, others], shares, less) => {
        expect(await split(others, shares, less)).toEqual(await split(source, shares));
      }),
    );
  });

  it('comes to them when most of it is on disk', async () => {
    const large = Array.from({ length: 3000 }, (_, i) => ({ text: `${i} ${'x'.repeat(1000)}`, label: `${i % 7}` }));
    const shares = { test: 0.4, validation: 0.1, seed: 3 };
    const onDisk = await split(large, shares, { memory: 0, partitions: 2 });
    expect(onDisk).toEqual(await split(large, shares));
    expect(held(onDisk)).toHaveLength(3000);
  });

  it('keeps the totals right where no label divides evenly', async () => {
    const { splits } = await split(numbered(37), { test: 0.2, validation: 0.1, seed: 1 });
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([26, 4, 7]);
  });

  it('keeps the rows of a seed where they are, on every machine and in every version', async () => {
    const { splits, sha256 } = await split(numbered(10), { test: 0.3, validation: 0, seed: 7 });
    expect((splits.test as Row[]).map(({ text }) => text)).toEqual(['sentence 4', 'sentence 3', 'sentence 1']);
    expect(sha256).toBe('eb7e751a867d8a5e87de402e42350ba5a5481b492bc801579405292c8d14f66b');
    expect((await split(numbered(10), { test: 0.3, validation: 0, seed: 8 })).splits.test).not.toEqual(splits.test);
  });

  it('keeps one row of a text with two labels, the same one in any order, and counts the conflict', async () => {
    const source = ['Fine good', 'fine bad', 'fine  good', 'FINE bad'].map((words) => {
      const [text = '', name = ''] = words.split(/ (?=\w+$)/);
      return { text, label: name };
    });
    const shares = { test: 0, validation: 0, seed: 0 };
    const result = await split(source, shares);
    expect(result).toMatchObject({ duplicates: 3, conflicts: 1, splits: { train: [{ text: 'FINE', label: 'bad' }] } });
    expect(await split([...source].reverse(), shares)).toEqual(result);
  });
});

describe('dividing by groups', () => {
  const grouped = fc.array(
    fc.record({ text: fc.string({ minLength: 1, maxLength: 3 }), label, group: fc.constantFrom(...'ABCDEFGHIJ') }),
    { maxLength: 120 },
  );
  const withGroups = (source: readonly (Row & { readonly group: string })[]): SourceRow[] =>
    source.map(({ text, label: name, group }) => ({ example: { kind: 'classification', text, label: name }, group }));
  const groupsOf = (side: readonly unknown[], source: readonly (Row & { readonly group: string })[]): Set<string> => {
    const byRow = new Map(source.map(({ text, label: name, group }) => [`${text}\0${name}`, group]));
    return new Set((side as Row[]).map(({ text, label: name }) => byRow.get(`${text}\0${name}`) ?? '?'));
  };
  const distinct = grouped.map((source) => [...new Map(source.map((each) => [normalise(each.text), each])).values()]);

  it('has no group on two sides', async () => {
    await fc.assert(
      fc.asyncProperty(distinct, options, async (source, shares) => {
        const { splits } = await divided('classification', withGroups(source), { ...shares, by: 'customer' });
        const sides = [splits.train, splits.validation, splits.test].map((side) => groupsOf(side, source));
        const all = sides.flatMap((side) => [...side]);
        expect(new Set(all).size).toBe(all.length);
        expect(all).not.toContain('?');
      }),
    );
  });

  it('comes to the same bytes whatever the order of the rows and the memory there is', async () => {
    await fc.assert(
      fc.asyncProperty(shuffled(grouped), options, async ([source, others], shares) => {
        const by = { ...shares, by: 'customer' };
        const inMemory = await divided('classification', withGroups(source), by);
        expect(await divided('classification', withGroups(others), by, { memory: 0, partitions: 4 })).toEqual(inMemory);
      }),
    );
  });

  it('misses a share by no more than half of the largest group', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, options, async (groups, shares) => {
        const source = groups.flatMap((size, group) =>
          Array.from({ length: size }, (_, i) => ({ text: `${group} ${i}`, label: 'x', group: `${group}` })),
        );
        const { splits } = await divided('classification', withGroups(source), { ...shares, by: 'customer' });
        const half = Math.max(...groups) / 2;
        expect(splits.test.length - source.length * shares.test).toBeLessThanOrEqual(half + 1);
        expect(splits.validation.length - source.length * shares.validation).toBeLessThanOrEqual(half + 1);
        expect(splits.train.length).toBeGreaterThan(0);
      }),
    );
  });

  it('gives a text that stands in several groups to one of them', async () => {
    const example: Example = { kind: 'completion', prompt: 'Hello', completion: 'Hi' };
    const source = ['A', 'B', 'A', 'C'].map((group, i) => ({
      example: { ...example, completion: `Hi ${i % 3}` },
      group,
    }));
    const others = Array.from({ length: 20 }, (_, i) => ({
      example: { ...example, prompt: `${i}` },
      group: 'ABC'[i % 3] ?? '',
    }));
    const { splits } = await divided('completion', [...source, ...others], {
      test: 0.5,
      validation: 0,
      seed: 1,
      by: 'c',
    });
    const asked = (side: readonly unknown[]) =>
      (side as { prompt: string }[]).filter(({ prompt }) => prompt === 'Hello');
    expect(Math.min(asked(splits.train).length, asked(splits.test).length)).toBe(0);
  });
});

describe('completions and chats', () => {
  it('keep the same question on one side, with all of its answers but equal ones', async () => {
    const question = fc.constantFrom('Why?', 'why? ', 'How?', 'Who?', 'When?', 'Where?');
    const completions = fc.array(fc.record({ prompt: question, completion: fc.constantFrom('a', 'A ', 'b', 'c') }));
    await fc.assert(
      fc.asyncProperty(completions, options, async (source, shares) => {
        const given = source.map((each): SourceRow => ({ example: { kind: 'completion', ...each } }));
        const { splits, duplicates, conflicts } = await divided('completion', given, shares);
        const sides = [splits.train, splits.validation, splits.test].map((side) =>
          (side as { prompt: string }[]).map(({ prompt }) => normalise(prompt)),
        );
        const all = sides.flatMap((side) => [...new Set(side)]);
        expect(new Set(all).size).toBe(all.length);
        const kinds = new Set(source.map(({ prompt, completion }) => `${normalise(prompt)} ${normalise(completion)}`));
        expect(sides.flat()).toHaveLength(kinds.size);
        expect(duplicates).toBe(source.length - kinds.size);
        expect(conflicts).toBe(0);
      }),
    );
  });

  it('ask the model without the answer', async () => {
    const chat = (i: number): Example => ({
      kind: 'chat',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: `Question ${i}` },
        { role: 'assistant', content: `Answer ${i}` },
      ],
    });
    const source = Array.from({ length: 10 }, (_, i) => ({ example: chat(i) }));
    const { splits } = await divided('chat', source, { test: 0.5, validation: 0, seed: 0 });
    expect(splits.inputs).toEqual(
      (splits.test as { messages: object[] }[]).map(({ messages }) => ({ messages: messages.slice(0, 2) })),
    );
    expect(questionOf(chat(1))).not.toContain('Answer');
    const prompt: Example = { kind: 'completion', system: 'Be brief.', prompt: 'Why?', completion: 'So.' };
    const asked = await divided('completion', [{ example: prompt }, { example: { ...prompt, prompt: 'How?' } }], {
      test: 0.5,
      validation: 0,
      seed: 0,
    });
    expect(asked.splits.inputs).toEqual([{ system: 'Be brief.', prompt: expect.stringMatching(/^(Why|How)\?$/) }]);
  });
});
