import { z } from 'zod';
import { CUSTOMIZATION_NAMES, TRAINING_FORMATS } from '../../spec/bedrock/customization.ts';
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

const family = z
  .strictObject({
    models: z.array(z.string()).meta({ description: 'ids of base models that take the same' }),
    names: z.array(z.string()),
    customization: z.enum(CUSTOMIZATION_NAMES),
    format: z.enum(TRAINING_FORMATS).meta({ description: 'of a line of training data' }),
    fits: z.boolean(),
    delisted: z.boolean().meta({ description: "no longer in AWS's list of models that can be customized" }),
    records: z
      .strictObject({ train: z.int(), validation: z.int() })
      .meta({ description: 'that they take; of a source that is to be divided, about as many as are trained on' }),
    tokens: z.int().meta({ description: 'estimated' }),
    errors: z.array(finding),
    warnings: z.array(finding),
  })
  .meta({ id: 'Family' });

export const checkReport: z.ZodType<CheckReport> = z
  .strictObject({
    ok: z.boolean().meta({ description: 'whether a run would take it' }),
    file: z.string(),
    format: z.enum(FORMAT_NAMES).exactOptional(),
    kind: z.enum(['classification', 'completion', 'chat', 'text', 'prompt']).exactOptional(),
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
    families: z
      .array(family)
      .exactOptional()
      .meta({ description: 'of --for, or of a spec with engine: bedrock; of one model, its errors stand above too' }),
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
