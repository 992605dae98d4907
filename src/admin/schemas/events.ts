import { z } from 'zod';
import { detail, side, time } from './common.ts';

/** links: what happened to tickets. polls: what was asked. sides, pairs, database: what stands still. runs: progress. acts: people. */
export const topic = z.enum([
  'links',
  'polls',
  'conflicts',
  'quarantine',
  'sides',
  'pairs',
  'runs',
  'database',
  'acts',
]);

/**
 * The `data` of one server-sent event; its `id` counts up within this process. Events have no name, so that a browser hears them by
 * `onmessage`; one named `missed` says that what came before cannot be told any more.
 */
export const liveEvent = z.object({
  id: z.string(),
  topic,
  /** Name of the engine's event: `link.updated`, `conflict.noted`, `run.progress`, …. */
  type: z.string(),
  at: time,
  pair: z.string().nullable(),
  side: side.nullable(),
  linkId: z.string().nullable(),
  /** The sentence the log has. */
  text: z.string(),
  /** Keys and counts, no ticket contents. */
  data: detail,
});

export const eventsQuery = z.strictObject({
  topics: z
    .string()
    .max(200)
    .optional()
    .transform((text, context) => {
      const wanted = (text ?? '').split(',').filter((name) => name !== '');
      const parsed = z.array(topic).safeParse(wanted);
      if (parsed.success) return parsed.data;
      context.issues.push({ code: 'custom', input: text, message: `is a list of ${topic.options.join(', ')}` });
      return z.NEVER;
    })
    .describe('with commas between them; all where left out'),
});

export const wakeBody = z.strictObject({
  /** Which side changed; both where left out. */
  side: side.optional(),
  /** Which pair of tables; all where left out. */
  pair: z.string().max(100).optional(),
});

export type Topic = z.infer<typeof topic>;
export type LiveEvent = z.infer<typeof liveEvent>;
