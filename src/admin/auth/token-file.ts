import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { drawToken, hashOf } from '../../operate/tokens.ts';
import type { AdminRecords } from '../../store/store.ts';

/** Where the admin's token comes from when no setting names one. */
export type AdminToken =
  | { readonly kind: 'file'; readonly file: string; readonly token: string; readonly made: boolean }
  /** Another replica made one; its file lies with that replica. */
  | { readonly kind: 'elsewhere'; readonly since: string };

/** What the token of the file is called among the others. */
export const fileTokenName = 'admin';

export interface TokenFileOptions {
  readonly dataDir: string;
  readonly records: AdminRecords;
  readonly newId: () => string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * The admin's token where CASEBRIDGE_ADMIN_TOKEN is unset: kept in `admin-token` in the data folder, for its owner alone, and as a
 * hash in the database, so that every replica accepts it. One that was revoked is replaced.
 */
export async function adminToken({ dataDir, records, newId, at }: TokenFileOptions): Promise<AdminToken> {
  const file = join(dataDir, 'admin-token');
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept !== '' && (await isValid(records, kept, newId, at))) return { kind: 'file', file, token: kept, made: false };
  const other = (await records.tokens()).find(({ name, role, revokedAt }) => {
    return name === fileTokenName && role === 'admin' && revokedAt === null;
  });
  if (other !== undefined && kept === '') return { kind: 'elsewhere', since: other.createdAt };
  const token = drawToken();
  await add(records, token, newId, at);
  await write(dataDir, file, token);
  return { kind: 'file', file, token, made: true };
}

/** A token whose row is gone (a new database) is put there again; one that was revoked stays revoked. */
async function isValid(records: AdminRecords, token: string, newId: () => string, at: string): Promise<boolean> {
  await add(records, token, newId, at);
  return (await records.tokenByHash(hashOf(token))) !== null;
}

function add(records: AdminRecords, token: string, newId: () => string, at: string): Promise<void> {
  const hash = hashOf(token);
  return records.addToken({ id: newId(), name: fileTokenName, role: 'admin', hash, createdAt: at, revokedAt: null });
}

/** A file that is there already would keep its mode, and a link would be followed. */
async function write(dataDir: string, file: string, token: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${token}\n`);
  } finally {
    await handle.close();
  }
}
