import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { contentOf } from '../content.ts';
import type { Instance } from './api.ts';
import type { OAuthServer } from './oauth.ts';

const row = z.record(z.string(), z.string());
const token = z.object({ user: z.string(), client: z.string(), expiresAt: z.number() });
const shape = z.object({
  tables: z.record(z.string(), z.array(row)),
  counters: z.array(z.tuple([z.string(), z.number()])),
  files: z.record(z.string(), z.string()),
  tokens: z.object({ access: z.array(z.tuple([z.string(), token])), refresh: z.array(z.tuple([z.string(), token])) }),
  privateKey: z.string(),
});

export interface SavedState {
  readonly privateKey: string;
  /** Puts the state back into an empty instance. */
  restore(instance: Instance, oauth: OAuthServer): void;
}

/** The state of an earlier run; null where there is none. Rejects on a file that is not one of ours. */
export async function loadState(file: string): Promise<SavedState | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const saved = shape.parse(JSON.parse(text));
  return {
    privateKey: saved.privateKey,
    restore: (instance, oauth) => {
      for (const [table, rows] of Object.entries(saved.tables))
        for (const each of rows) instance.database.put(table, each, 0);
      instance.records.restoreCounters(saved.counters);
      for (const [id, content] of Object.entries(saved.files))
        instance.files.set(id, contentOf(Buffer.from(content, 'base64')));
      oauth.restore(saved.tokens);
      const known = [...instance.database.rows('sys_properties')].find((each) => each['name'] === 'instance_id');
      if (known !== undefined) instance.properties.instanceId = known['value'] ?? '';
    },
  };
}

/** Writes the whole state, through a second file so that a killed process leaves the old one. */
export async function saveState(
  file: string,
  instance: Instance,
  oauth: OAuthServer,
  privateKey: string,
): Promise<void> {
  const { database } = instance;
  const tables = Object.fromEntries(database.schema.tables().map((spec) => [spec.name, database.own(spec.name)]));
  const files = Object.fromEntries(
    [...instance.files].map(([id, content]) => [id, content.bytes().toString('base64')]),
  );
  const state = { tables, counters: instance.records.counters(), files, tokens: oauth.dump(), privateKey };
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}
