import { Command } from 'commander';
import { systemIds } from '../../system.ts';
import { addToken, recordsOf, revokeToken } from '../../operate/tokens.ts';
import type { AdminRole, AdminTokenRow } from '../../store/store.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { operatorOf } from '../operator.ts';
import { shortTime, table } from '../output.ts';
import { type Flags, type Session, withStore } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';

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
    .action((name: string, flags: AddFlags) => act(world, flags, (session) => addOne(session, name, flags.role)));

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
    .action((wanted: string, flags: Flags) => act(world, flags, (session) => revokeOne(session, wanted)));

  const tokens = new Command('tokens').summary('tokens of the admin API').description('Tokens of the admin API');
  return tokens.addCommand(add).addCommand(list).addCommand(revoke);
}

/** Only the hash is kept: a token that is lost is revoked and made anew. */
async function addOne(session: Session, name: string, roleText: string | undefined): Promise<ExitCode> {
  const { out } = session;
  const role = roles.find((known) => known === roleText);
  if (role === undefined) throw new UsageError(`Say what it may do with --role: ${roles.join(', ')}.`);
  if (name.trim() === '') throw new UsageError('Give the token a name that says whom it is for.');
  const { row, token } = await withStore(session, (store) =>
    addToken(operatorOf(session, store), systemIds, { name, role }),
  );
  if (out.json) await out.line({ ...lineOf(row), token });
  else await out.text(token);
  out.note(`This is the token of ${name} (${role}, id ${row.id}). It is not shown again.`);
  return exitCodes.done;
}

async function listTokens(session: Session, all: boolean): Promise<ExitCode> {
  const { out } = session;
  const kept = await withStore(session, (store) => recordsOf(operatorOf(session, store)).tokens());
  const rows = kept.filter(({ revokedAt }) => all || revokedAt === null);
  if (out.json) for (const row of rows) await out.line(lineOf(row));
  else if (rows.length > 0) await out.text(table(['Id', 'Role', 'Made', 'Revoked', 'Name'], rows.map(cellsOf)));
  out.note(rows.length === 0 ? 'No tokens.' : `${rows.length} token${rows.length === 1 ? '' : 's'}.`);
  return exitCodes.done;
}

async function revokeOne(session: Session, wanted: string): Promise<ExitCode> {
  const { out } = session;
  const row = await withStore(session, (store) => revokeToken(operatorOf(session, store), wanted));
  if (out.json) await out.line(lineOf(row));
  else await out.text(`The token of ${row.name} (${row.role}, id ${row.id}) is revoked.`);
  return exitCodes.done;
}

/** A token as scripts see it: neither the secret nor its hash. */
function lineOf({ id, name, role, createdAt, revokedAt }: AdminTokenRow): Readonly<Record<string, string | null>> {
  return { id, name, role, createdAt, revokedAt };
}

function cellsOf({ id, name, role, createdAt, revokedAt }: AdminTokenRow): readonly string[] {
  return [id, role, shortTime(createdAt), revokedAt === null ? '' : shortTime(revokedAt), name];
}
