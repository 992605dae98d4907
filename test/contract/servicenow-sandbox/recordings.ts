import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const folder = new URL('../recordings/servicenow/', import.meta.url);

const shape = z.object({
  case: z.string(),
  kind: z.string(),
  request: z.looseObject({ method: z.string(), url: z.string(), body: z.unknown().optional() }),
  response: z.looseObject({
    status: z.number().nullable(),
    status_inferred: z.number().optional(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    body: z.unknown(),
    body_text: z.string().optional(),
    body_excerpt: z.string().optional(),
  }),
});

export type Recording = z.infer<typeof shape>;

/** Every recorded ServiceNow case, by name. */
export function readRecordings(): ReadonlyMap<string, Recording> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const recordings = files.map((name) => {
    const recording = shape.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    if (`${recording.case}.json` !== name) throw new Error(`${name} holds the case ${recording.case}`);
    return recording;
  });
  return new Map(recordings.map((recording) => [recording.case, recording]));
}
