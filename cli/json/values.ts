/** What documents have in common. */
import { z } from 'zod';
import { STAGES } from '../../spec/record.ts';

export const time = z.string().meta({ description: 'ISO 8601' });
export const s3 = z.string().meta({ description: 's3:// address' });
export const stage = z.enum(STAGES);
