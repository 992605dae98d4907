import { Command } from 'commander';
import { iso } from '../../core/clock.ts';
import { systemIds } from '../../system.ts';
import type { AdminRecords, AdminRole, AdminTokenRow } from '../../store/store.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { shortTime, table } from '../output.ts';
import { type Flags, type Session, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';
import { drawToken, hashOf } from './tokens/secret.ts';
import { actor } from './tokens/actor.ts';

interface AddFlags extends Flags {
  readonly role?: string;
}

interface ListFlags extends Flags {
  readonly all?: boolean;
}

const roles = ['viewer', 'operator', 'admin'] as const satisfies readonly AdminRole[];

export function tokensCommand(world: World): Command {
  const add = command('add', 'make a token for a person or a program; it is shown once', {
    examples: ['tokens add "duty desk" --role operator', 'tokens add monitoring --role viewer --json'],
    exits: [0, 2, 3, 4],
  })
    .argument('<name>', 'whom it is for')
    .option('--role <role>', 'what it may do: viewer, operator or admin')
    .action((name: string, flags: AddFlags) => act(world, flags, (session) => addToken(session, name, flags.role)));

  const list = command('list', 'list tokens, without their secrets', {
    examples: ['tokens list', 'tokens list --all --json'],
    exits: [0, 3, 4],
  })
    .option('--all', 'those that are revoked, too')
    .action((flags: ListFlags) => act(world, flags, (session) => listTokens(session, flags.all === true)));

  const revoke = command('revoke', 'end a token at once', {
    examples: ['tokens revoke 0192…', 'tokens revoke "duty desk"'],
    exits: [0, 2, 3, 4],
  })
    .argument('<token>', 'its id, or its name where one token has it')
    .action((wanted: string, flags: Flags) => act(world, flags, (session) => revokeToken(session, wanted)));

  const tokens = new Command('tokens').summary('tokens of the admin API').description('Tokens of the admin API');
  return tokens.addCommand(add).addCommand(list).addCommand(revoke);
}

/** Only the hash is kept: a token that is lost is revoked and made anew. */
async function addToken(session: Session, name: string, roleText: string | undefined): Promise<ExitCode> {
  const { out, world } = session;
  const role = roles.find((known) => known === roleText);
  if (role === undefined) throw new UsageError(`Say what it may do with --role: ${roles.join(', ')}.`);
  if (name.trim() === '') throw new UsageError('Give the token a name that says whom it is for.');
  const token = drawToken();
  const row = { id: systemIds.next(), name, role, hash: hashOf(token), createdAt: iso(world.now()), revokedAt: null };
  await withRecords(session, async (records) => {
    await records.addToken(row);
    await note(session, records, 'token.add', row);
  });
  if (out.json) await out.line({ ...lineOf(row), token });
  else await out.text(token);
  out.note(`This is the token of ${name} (${role}, id ${row.id}). It is not shown again.`);
  return exitCodes.done;
}

async function listTokens(session: Session, all: boolean): Promise<ExitCode> {
  const { out } = session;
  const kept = await withRecords(session, (records) => records.tokens());
  const rows = kept.filter(({ revokedAt }) => all || revokedAt === null);
  if (out.json) for (const row of rows) await out.line(lineOf(row));
  else if (rows.length > 0) await out.text(table(['Id', 'Role', 'Made', 'Revoked', 'Name'], rows.map(cellsOf)));
  out.note(rows.length === 0 ? 'No tokens.' : `${rows.length} token${rows.length === 1 ? '' : 's'}.`);
  return exitCodes.done;
}

async function revokeToken(session: Session, wanted: string): Promise<ExitCode> {
  const { out, world } = session;
  const row = await withRecords(session, async (records) => {
    const found = oneToken(await records.tokens(), wanted);
    const at = iso(world.now());
    if (!(await records.revokeToken(found.id, at))) throw new UsageError(`Token ${found.id} is revoked already.`);
    const revoked = { ...found, revokedAt: at };
    await note(session, records, 'token.revoke', revoked);
    return revoked;
  });
  if (out.json) await out.line(lineOf(row));
  else await out.text(`The token of ${row.name} (${row.role}, id ${row.id}) is revoked.`);
  return exitCodes.done;
}

function oneToken(rows: readonly AdminTokenRow[], wanted: string): AdminTokenRow {
  const byId = rows.find(({ id }) => id === wanted);
  if (byId !== undefined) return byId;
  const byName = rows.filter(({ name, revokedAt }) => name === wanted && revokedAt === null);
  const [one] = byName;
  if (one === undefined) throw new UsageError(`There is no token "${wanted}"; "tokens list" shows them.`);
  if (byName.length === 1) return one;
  throw new UsageError(
    `${byName.length} tokens are called "${wanted}"; name one by its id: ${byName.map(({ id }) => id).join(', ')}.`,
  );
}

/** A token as scripts see it: neither the secret nor its hash. */
function lineOf({ id, name, role, createdAt, revokedAt }: AdminTokenRow): Readonly<Record<string, string | null>> {
  return { id, name, role, createdAt, revokedAt };
}

function cellsOf({ id, name, role, createdAt, revokedAt }: AdminTokenRow): readonly string[] {
  return [id, role, shortTime(createdAt), revokedAt === null ? '' : shortTime(revokedAt), name];
}

function note(session: Session, records: AdminRecords, action: string, row: AdminTokenRow): Promise<void> {
  const detail = { name: row.name, role: row.role };
  return records.addAudit({ at: iso(session.world.now()), actor: actor(), action, target: row.id, detail });
}

function withRecords<T>(session: Session, use: (records: AdminRecords) => Promise<T>): Promise<T> {
  return withStore(session, (store) => {
    if (store.admin === undefined) throw new UsageError('This store keeps no tokens.');
    return use(store.admin);
  });
}
