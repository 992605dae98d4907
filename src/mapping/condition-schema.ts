import { z } from 'zod';
import type { Condition } from './condition.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const ordered = z.union([z.string().min(1, 'is empty'), z.number()]);
const field = z
  .string()
  .max(255, 'is no field name')
  .regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,4}$/, 'is no field name: letters, digits, _ and dots only');

const question = z.union([
  z.strictObject({ field, is: scalar }),
  z.strictObject({ field, isNot: scalar }),
  z.strictObject({ field, in: z.array(scalar).min(1, 'names no value') }),
  z.strictObject({ field, notIn: z.array(scalar).min(1, 'names no value') }),
  z.strictObject({ field, empty: z.boolean() }),
  z.strictObject({ field, matches: z.string().min(1, 'is empty').max(1000, 'is too long') }),
  z.strictObject({ field, atLeast: ordered }),
  z.strictObject({ field, atMost: ordered }),
]);

const said =
  'must be `{ field, is | isNot | in | notIn | empty | matches | atLeast | atMost }`, or `{ all: […] }`, `{ any: […] }`, `{ not: … }` of them';

/** The shape of a condition in a mapping file. Whatever is wrong in it is said of the innermost part that is. */
export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union(
    [
      question,
      z.strictObject({ all: z.array(conditionSchema).min(1, 'names no condition') }),
      z.strictObject({ any: z.array(conditionSchema).min(1, 'names no condition') }),
      z.strictObject({ not: conditionSchema }),
    ],
    { error: said },
  ),
);
