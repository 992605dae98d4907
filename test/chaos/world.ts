import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Side } from '../../src/core/side.ts';
import type { DeskRow } from '../../src/sandbox/sandbox.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../src/store/embedded.ts';
import { type Cable, layCable } from '../e2e/support/cable.ts';
import { realClock } from '../support/clock.ts';
import { startProgram, type Talking } from './process.ts';
import type { DeskAccount, FromDaemon, FromDesk } from './words.ts';

/** One desk, with a line to it that can be cut. */
export interface DeskProcess {
  readonly account: DeskAccount;
  readonly cable: Cable;
  create(object: string, fields: Readonly<Record<string, string | null>>): Promise<DeskRow>;
  /** Returns the record as it stood at that moment, before the edit. */
  edit(object: string, id: string, fields: Readonly<Record<string, string | null>>): Promise<DeskRow | null>;
  comment(object: string, id: string, text: string, channel: 'public' | 'internal'): Promise<void>;
  attach(object: string, id: string, file: { readonly name: string; readonly shared: boolean }): Promise<void>;
  /** Names of the files on a record. */
  files(object: string, id: string): Promise<readonly string[]>;
  remove(object: string, id: string): Promise<void>;
  rows(object: string): Promise<readonly DeskRow[]>;
  find(object: string, field: string, value: string): Promise<DeskRow | null>;
  faults(faults: readonly Fault[]): Promise<void>;
  stop(): Promise<void>;
}

export type Daemon = Talking<FromDaemon>;

export interface World {
  readonly desks: Readonly<Record<Side, DeskProcess>>;
  /** Milliseconds from process start to the first complete poll of every stream, one for every start that got there. */
  readonly recoveries: number[];
  /** Processor time of the same starts, in milliseconds: what is left of them on a machine that does nothing else. */
  readonly recoveriesCpu: number[];
  readonly said: string[];
  /**
   * Starts a replica; `arm` is `point@hit`, `earnest` times are those of the service. Resolves when it serves; null when it has died at
   * its point before that.
   */
  startDaemon(options?: { readonly arm?: string; readonly times?: 'short' | 'earnest' }): Promise<Daemon | null>;
  /**
   * Ends what killed daemons hold, as ten seconds would: their heartbeats are old, and so are their leases. Does nothing while a daemon
   * lives, since its own would end, too.
   */
  outlast(): Promise<void>;
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  linked(servicenow: string, salesforce: string): Promise<boolean>;
  restartDatabase(): Promise<void>;
  /** Ends every process there is. Once, however often it is asked. */
  stop(): Promise<void>;
}

async function startDesk(side: Side): Promise<DeskProcess> {
  let account: DeskAccount | null = null;
  const program = await startProgram<FromDesk>('desk', [side], {}, (message) => {
    if (message.kind === 'started') account = message.account;
  });
  if (account === null) throw new Error(`the ${side} desk did not tell its account`);
  const known: DeskAccount = account;
  const cable = await layCable(known.url);
  const ask = async (message: { readonly kind: string } & Record<string, unknown>): Promise<readonly DeskRow[]> => {
    const answer = await program.ask(message);
    if (answer.kind === 'answer') return answer.rows;
    throw new Error(answer.kind === 'refused' ? answer.why : `the ${side} desk said ${answer.kind}`);
  };
  return {
    account: { ...known, url: cable.url.replace(/\/$/, '') },
    cable,
    create: async (object, fields) => {
      const [row] = await ask({ kind: 'create', object, fields });
      if (row === undefined) throw new Error('nothing was created');
      return row;
    },
    edit: async (object, id, fields) => {
      const rows = await ask({ kind: 'edit', object, id, fields });
      return rows.length > 1 ? (rows[0] ?? null) : null;
    },
    comment: async (object, id, text, channel) => void (await ask({ kind: 'comment', object, id, text, channel })),
    attach: async (object, id, { name, shared }) =>
      void (await ask({ kind: 'attach', object, id, name, shared, text: `${name}\n`.repeat(40) })),
    files: async (object, id) => (await ask({ kind: 'files', object, id })).map(({ fields }) => String(fields['name'])),
    remove: async (object, id) => void (await ask({ kind: 'remove', object, id })),
    rows: (object) => ask({ kind: 'rows', object }),
    find: async (object, field, value) => (await ask({ kind: 'find', object, field, value }))[0] ?? null,
    faults: async (faults) => void (await ask({ kind: 'faults', faults })),
    stop: async () => {
      await cable.cut();
      await program.ask({ kind: 'stop' });
      await program.ended;
    },
  };
}

/** Without the brakes on many creates and many deletions: people here do both, and nobody would let the pair go on. */
function mappingText(): string {
  const from = JSON.stringify(join(import.meta.dirname, '../../src/mapping/default-config.ts'));
  const resolve = `{ closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' }`;
  return `import { defaultPairWith } from ${from};\nexport default { pairs: [{ ...defaultPairWith(${resolve}), sync: { from: 'all' }, maxCreatesPerPoll: 100000, life: { maxPerRun: 100000 } }] };\n`;
}

/** Two desks, a Postgres and no daemon yet; everything in processes of its own. */
export async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge chaos '));
  await chmod(folder, 0o711);
  const mapping = join(folder, 'casebridge.config.ts');
  await writeFile(mapping, mappingText());
  const [servicenow, salesforce] = await Promise.all([startDesk('servicenow'), startDesk('salesforce')]);
  const options = { dataDir: join(folder, 'data'), clock: realClock() };
  let database: EmbeddedPostgres = await startEmbedded(options);
  const { url } = database;
  const recoveries: number[] = [];
  const recoveriesCpu: number[] = [];
  const said: string[] = [];
  const daemons = new Set<Daemon>();
  let restarting: Promise<void> = Promise.resolve();
  let stopping: Promise<void> | null = null;
  const env = {
    DATABASE_URL: url,
    CASEBRIDGE_CONFIG: mapping,
    CASEBRIDGE_DATA_DIR: folder,
    SERVICENOW_URL: servicenow.account.url,
    SERVICENOW_AUTH: 'client_credentials',
    SERVICENOW_CLIENT_ID: servicenow.account.clientId,
    SERVICENOW_CLIENT_SECRET: servicenow.account.clientSecret,
    SALESFORCE_LOGIN_URL: salesforce.account.url,
    SALESFORCE_AUTH: 'client_credentials',
    SALESFORCE_CLIENT_ID: salesforce.account.clientId,
    SALESFORCE_CLIENT_SECRET: salesforce.account.clientSecret,
  };
  const query: World['query'] = async (text) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    desks: { servicenow, salesforce },
    query,
    linked: async (servicenow, salesforce) => {
      const where = `servicenow_id = '${servicenow}' AND salesforce_id = '${salesforce}'`;
      // While the database restarts nobody can tell: then it is taken for not linked, and left alone.
      const found = await query(`SELECT 1 FROM links WHERE ${where}`).catch(() => []);
      return found.length > 0;
    },
    outlast: async () => {
      if (daemons.size > 0) return;
      await query(`UPDATE pgboss.job SET heartbeat_on = now() - interval '1 minute' WHERE state = 'active'`);
      await query(`UPDATE side_limits SET state = jsonb_set(state, '{holders}', '{}') WHERE state ? 'holders'`);
    },
    recoveries,
    recoveriesCpu,
    said,
    startDaemon: async ({ arm = '', times = 'short' } = {}) => {
      const own = { ...env, CHAOS_ARM: arm, CHAOS_TIMES: times };
      const daemon = await startProgram<FromDaemon>('daemon', [], own, (message) => {
        if (message.kind === 'recovered') {
          recoveries.push(message.ms);
          recoveriesCpu.push(message.cpuMs);
        }
        if (message.kind === 'said') said.push(message.text);
      }).catch((error: unknown) => {
        // Killed at its point before it served.
        if (arm !== '') return null;
        throw error;
      });
      if (daemon !== null) {
        daemons.add(daemon);
        void daemon.ended.then(() => daemons.delete(daemon));
      }
      return daemon;
    },
    restartDatabase: async () => {
      restarting = database.stop({ evenIfUsed: true }).then(async () => {
        database = await startEmbedded(options);
      });
      await restarting;
      if (database.url !== url) throw new Error('the database came back under another address');
    },
    stop: () => (stopping ??= stop()),
  };

  async function stop(): Promise<void> {
    for (const daemon of daemons) daemon.signal('SIGKILL');
    await Promise.all([...daemons].map((daemon) => daemon.ended));
    // A signal from the terminal may have ended the desks already; Postgres, in a group of its own, never hears of it.
    await Promise.allSettled([servicenow.stop(), salesforce.stop()]);
    await restarting.catch(() => undefined);
    await database.stop({ evenIfUsed: true });
    await rm(folder, { recursive: true, force: true });
  }
}
