import { describe, expect, it } from 'vitest';
import { DriftCounter, type DriftLimits, driftVerdict } from '../../../spec/monitoring/drift.ts';
import type { Observation } from '../../../spec/monitoring/features.ts';
import { questionIn } from '../../../spec/monitoring/observe.ts';
import { ReferenceBuilder } from '../../../spec/monitoring/reference.ts';

const LIMITS: DriftLimits = {
  of: ['text', 'label', 'language'],
  psi: 0.2,
  newCategories: 0.1,
  minRows: 50,
  window: '7d',
};

const WINDOW = {
  from: '2026-11-18T18:25:00.000Z',
  to: '2026-11-25T18:25:00.000Z',
  begins: 'length',
} as const;

const NOUNS = ['battery', 'screen', 'charger', 'case', 'cable', 'speaker', 'camera', 'keyboard', 'mouse', 'lamp'];
const VERBS = ['works', 'broke', 'arrived', 'fits', 'died', 'lasts', 'shines', 'fails'];

/** A review and its label; each number another one, and those of every number alike. */
function review(i: number): Required<Observation> {
  const length = 3 + ((i * 7) % 11);
  const words = Array.from({ length }, (_, j) => [NOUNS, VERBS][j % 2]?.[(i * 3 + j * 5) % 8] ?? '');
  return { text: words.join(' '), fields: { language: i % 4 === 0 ? 'fr' : 'en' }, answer: i % 3 ? 'good' : 'bad' };
}

const reviews = (count: number, from = 0): Required<Observation>[] =>
  Array.from({ length: count }, (_, i) => review(from + i));

function measured(traffic: readonly Observation[], limits: DriftLimits = LIMITS, trained = reviews(400)) {
  const builder = new ReferenceBuilder(limits.of);
  for (const row of trained) {
    builder.addQuestion(row);
    builder.addAnswer(row.answer);
  }
  // As it comes back from where it is kept.
  const reference = JSON.parse(JSON.stringify(builder.build()));
  const counter = new DriftCounter(reference, limits);
  for (const observation of traffic) counter.add(observation);
  const measure = counter.measure();
  const of = (name: string) => measure.features.find(({ feature }) => feature === name);
  return { measure, of, ...driftVerdict(measure, limits, WINDOW) };
}

const DRIFTED = (found: ReturnType<typeof measured>): string[] =>
  found.measure.features.filter(({ drifted }) => drifted).map(({ feature }) => feature);

describe('drift', () => {
  it('is none where the same kind of questions is asked', () => {
    const found = measured(reviews(200, 1_000));
    expect(DRIFTED(found)).toEqual([]);
    expect(found.due).toBe(false);
    expect(found.reason).toMatch(/^no drift in 200 rows since 2026-11-18 18:25 UTC: the greatest PSI is 0\.0\d, of /);
    expect(found.measure.features.map(({ feature }) => feature)).toEqual([
      'text: characters',
      'text: words',
      'text: unknown words',
      'label',
      'language',
    ]);
  });

  it('is found in what texts are about, though they are as long as before', () => {
    const other = new Map([...NOUNS, ...VERBS].map((word) => [word, [...word].reverse().join('')]));
    const about = reviews(200).map((row) => ({
      ...row,
      text: row.text
        .split(' ')
        .map((word) => other.get(word) ?? '')
        .join(' '),
    }));
    const found = measured(about);
    expect(DRIFTED(found)).toEqual(['text: unknown words']);
    expect(found.due).toBe(true);
    expect(found.reason).toMatch(
      /^text: unknown words \(above 0: 0 % → 100 %\) has PSI \d+\.\d\d, at least 0\.2, of 200 rows since 2026-11-18 18:25 UTC$/,
    );
  });

  it('is none where the training data itself is asked, with the words that it knows', () => {
    const rare = reviews(400).map((row, i) => ({ ...row, text: `${row.text} ${'abcdefghij'[i % 10]}${i}` }));
    const again = measured(rare.slice(0, 200), LIMITS, rare);
    expect(again.of('text: unknown words')).toMatchObject({ less: true, significant: true, drifted: false });
    expect(again.reason).toMatch(/^no drift in 200 rows since .* of text: unknown words, of which there are fewer$/);
  });

  it('is found in how long texts are, and says which bins moved', () => {
    const found = measured(reviews(200).map((row) => ({ ...row, text: `${row.text} ${row.text} ${row.text}` })));
    expect(DRIFTED(found)).toEqual(['text: characters', 'text: words']);
    expect(found.of('text: words')?.moved[0]).toMatchObject({ bin: 'above 12', reference: expect.closeTo(0.09, 1) });
  });

  it('is found in what the model answers', () => {
    const found = measured(reviews(200).map((row) => ({ ...row, answer: 'good' })));
    expect(DRIFTED(found)).toEqual(['label']);
    expect(found.of('label')?.moved[0]).toMatchObject({ bin: 'bad', traffic: 0 });
  });

  it('is found where categories are new, by their share alone', () => {
    const with1In8 = reviews(200).map((row, i) => (i % 8 ? row : { ...row, fields: { language: 'sv' } }));
    const limits = { ...LIMITS, psi: 5 };
    const found = measured(with1In8, limits);
    expect(DRIFTED(found)).toEqual(['language']);
    expect(found.of('language')?.newCategories).toEqual({ share: 0.125, names: ['sv'] });
    expect(found.reason).toBe(
      'language is new in 12.5 % of rows (sv), more than 10 %, of 200 rows since 2026-11-18 18:25 UTC',
    );
    expect(measured(with1In8, { ...limits, newCategories: 0.125 }).due).toBe(false);
  });

  it('is found where a field is gone, whatever the limits', () => {
    const found = measured(
      reviews(200).map((row) => ({ ...row, fields: {} })),
      { ...LIMITS, psi: 10, newCategories: 1 },
    );
    expect(found.of('language')).toMatchObject({ gone: true, drifted: true });
    expect(found.reason).toBe('language is gone from the traffic, of 200 rows since 2026-11-18 18:25 UTC');
    const textless = measured(reviews(200).map(({ text: _, ...row }) => row));
    expect(DRIFTED(textless)).toEqual(['text: characters', 'text: words', 'text: unknown words']);
  });

  it('is not decided on too few rows, which are told', () => {
    const found = measured(reviews(49).map((row) => ({ ...row, answer: 'neither' })));
    expect(found).toMatchObject({ due: false, measure: { rows: 49 } });
    expect(found.reason).toBe(
      '49 rows of captured traffic since 2026-11-18 18:25 UTC are too few to tell drift: at least 50 are wanted; give a longer window or a lower minRows',
    );
    expect(measured([]).measure.features).toEqual([]);
  });

  it('is not what chance alone would bring, however low the limit', () => {
    const limits = { ...LIMITS, psi: 0.01, minRows: 20 };
    for (let from = 0; from < 400; from += 20) expect(DRIFTED(measured(reviews(20, from), limits))).toEqual([]);
  });

  it('is not told of a field that the training data does not have; what else is new is', () => {
    const trained = reviews(400).map((row) => ({ ...row, fields: {} }));
    const found = measured(
      reviews(200).map((row) => ({ ...row, fields: { ...row.fields, userId: 7 } })),
      LIMITS,
      trained,
    );
    expect(found.due).toBe(false);
    expect(found.measure.newFields).toEqual(['userId']);
    expect(found.reason).toMatch(
      /; fields that are new: userId; language is not measured: none of 400 rows of the reference has it$/,
    );
  });

  it('is measured by fields of the question itself: numbers by how great they are', () => {
    const rows = (from: number, to: number): Observation[] =>
      Array.from({ length: 200 }, (_, i) => ({
        text: 'pay',
        fields: { amount: from + ((to - from) * ((i * 37) % 200)) / 200 },
      }));
    const limits = { ...LIMITS, of: ['amount'] };
    const trained = rows(0, 100).map((row) => ({ text: '', answer: '', ...row }));
    expect(measured(rows(0, 100), limits, trained).due).toBe(false);
    const found = measured(rows(80, 300), limits, trained);
    expect(found.due).toBe(true);
    expect(found.of('amount')?.moved[0]).toMatchObject({ bin: 'above 89.5', traffic: expect.closeTo(0.955, 1) });
  });
});

describe('a question', () => {
  it.each<[string, unknown, ReturnType<typeof questionIn>]>([
    ['of a classifier', { text: 'fine', label: 'good', language: 'en' }, { text: 'fine', fields: { language: 'en' } }],
    ['of a prompt', { system: 'be brief', prompt: 'why?', completion: 'so' }, { text: 'why?', fields: {} }],
    [
      'of a conversation to train on',
      {
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'why?' },
          { role: 'assistant', content: 'so' },
          { role: 'user', content: 'how?' },
          { role: 'assistant', content: 'thus' },
        ],
      },
      { text: 'why?\nso\nhow?', fields: {} },
    ],
    [
      'in the format of Bedrock',
      {
        schemaVersion: 'bedrock-conversation-2024',
        system: [{ text: 'be brief' }],
        messages: [{ role: 'user', content: [{ text: 'why?' }] }],
      },
      { text: 'why?', fields: {} },
    ],
    ['that is text alone', 'a,b,1', { text: 'a,b,1', fields: {} }],
    ['that is something else', [1, 2], { fields: {} }],
  ])('%s', (_, row, question) => {
    expect(questionIn(row)).toEqual(question);
  });
});
