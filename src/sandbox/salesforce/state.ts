import { readFile, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { contentOf } from '../content.ts';
import type { ConnectedApp } from './auth/connected-app.ts';
import type { Sessions } from './auth/sessions.ts';
import type { Org } from './org/org.ts';
import { findObject } from './schema/schema.ts';
import type { Values } from './values.ts';

type SessionDump = Parameters<Sessions['load']>[0];

/** The org as it is kept in a file. */
export interface State {
  readonly privateKey: string;
  readonly known: Org['known'];
  readonly serials: readonly (readonly [string, number])[];
  readonly rows: Readonly<Record<string, readonly Values[]>>;
  readonly blobs: Readonly<Record<string, string>>;
  readonly deletedAt: readonly (readonly [string, string])[];
  readonly sessions: SessionDump;
}

/** The state in `file`; null where there is none yet. */
export async function readState(file: string | undefined): Promise<State | null> {
  if (file === undefined || !existsSync(file)) return null;
  const state: State = JSON.parse(await readFile(file, 'utf8'));
  return state;
}

/** Writes the state beside the old one and puts it in its place, so that a crash leaves one of the two. */
export async function writeState(file: string, org: Org, app: ConnectedApp, sessions: Sessions): Promise<void> {
  const rows = [...org.tables.values()].map(
    (table) => [table.spec.name, [...table.rows.values()].map((row) => row.values)] as const,
  );
  const state = {
    privateKey: app.privateKey,
    known: org.known,
    serials: [...org.serials],
    rows: Object.fromEntries(rows),
    blobs: Object.fromEntries([...org.blobs].map(([id, bytes]) => [id, bytes.bytes().toString('base64')])),
    deletedAt: [...org.deletedAt],
    sessions: sessions.dump(),
  };
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export function restore(state: State, org: Org, sessions: Sessions): void {
  Object.assign(org.known, state.known);
  for (const [name, serial] of state.serials) org.serials.set(name, serial);
  for (const [name, rows] of Object.entries(state.rows)) {
    const spec = findObject(name);
    if (spec !== null) org.transaction(() => rows.forEach((values) => org.insert(spec, values)));
  }
  for (const [id, text] of Object.entries(state.blobs)) org.blobs.set(id, contentOf(Buffer.from(text, 'base64')));
  for (const [id, at] of state.deletedAt) org.deletedAt.set(id, at);
  sessions.load(state.sessions);
}
