import { z } from 'zod';
import type { CheckReport } from '../../spec/check.ts';
import { FORMAT_NAMES } from '../../spec/data/formats.ts';

const place = {
  file: z.string(),
  line: z.int().exactOptional().meta({ description: 'of a Parquet file the row; absent for a file as a whole' }),
};

const finding = z
  .strictObject({
    code: z.string().meta({ description: 'temper explain CODE' }),
    message: z.string(),
    fix: z.string().exactOptional(),
    ...place,
    count: z.int().meta({ description: 'how many there are of it' }),
    places: z
      .array(z.strictObject({ ...place, value: z.string().exactOptional() }))
      .meta({ description: 'the first ten of them' }),
  })
  .meta({ id: 'Finding' });

const part = z
  .strictObject({
    rows: z.int().meta({ description: 'that can be used' }),
    characters: z.int().meta({ description: 'in UTF-16 units' }),
    tokens: z.int().meta({ description: 'estimated: one for every four bytes of UTF-8' }),
    tokensPerRow: z.strictObject({ min: z.int(), median: z.int(), p95: z.int(), max: z.int() }),
    repeated: z.int().meta({ description: 'rows whose question stands in the data before' }),
    labels: z.record(z.string(), z.int()).exactOptional(),
  })
  .meta({ id: 'Part' });

export const checkReport: z.ZodType<CheckReport> = z
  .strictObject({
    ok: z.boolean().meta({ description: 'whether a run would take it' }),
    file: z.string(),
    format: z.enum(FORMAT_NAMES).exactOptional(),
    kind: z.enum(['classification', 'completion', 'chat', 'text']).exactOptional(),
    errors: z.array(finding),
    warnings: z.array(finding),
    stats: z
      .strictObject({
        parts: z.strictObject({
          source: part.exactOptional(),
          train: part.exactOptional(),
          validation: part.exactOptional(),
          test: part.exactOptional(),
        }),
        files: z.array(
          z.strictObject({
            name: z.string(),
            bytes: z.int(),
            sha256: z.string().exactOptional().meta({ description: 'of its bytes, uncompressed; not of Parquet' }),
          }),
        ),
        unusedFields: z.record(z.string(), z.int()),
      })
      .exactOptional()
      .meta({ description: 'absent where the data could not be looked at' }),
    fixed: z
      .strictObject({
        ok: z.boolean().meta({ description: 'whether a run would take the copy' }),
        files: z.array(z.strictObject({ file: z.string(), rows: z.int() })),
        changed: z.record(z.string(), z.int()),
        leftOut: z.record(z.string(), z.int()),
      })
      .exactOptional()
      .meta({ description: 'of --fix: what was done to rows, and why some are not in the copy, with how many' }),
  })
  .meta({ id: 'CheckReport' });
