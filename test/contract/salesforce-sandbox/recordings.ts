import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const folder = new URL('../recordings/salesforce/', import.meta.url);

const shape = z.looseObject({
  kind: z.string(),
  request: z.looseObject({
    method: z.string(),
    path: z.string(),
    query: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  }),
  response: z.object({ status: z.number().nullable(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
});

export type Recording = z.infer<typeof shape>;

const wanted = new Set(['request', 'response']);

/** Every recorded Salesforce case, by name. Events of the bus are no request and answer; they have neither. */
export function readRecordings(): ReadonlyMap<string, Recording | null> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(
    files.map((name) => {
      const value: unknown = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
      const complete = typeof value === 'object' && value !== null && [...wanted].every((key) => key in value);
      const read = complete ? shape.safeParse(value) : null;
      return [name.replace('.json', ''), read?.success === true ? read.data : null] as const;
    }),
  );
}
