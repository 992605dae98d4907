import type { Command } from 'commander';
import type { World } from './world.ts';

/** A command as the program's own help shows it, and where the rest of it lies. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  /** Shown behind its name; commands that only hold others take nothing themselves. */
  readonly takes?: 'options' | '<shell>';
  readonly load: () => Promise<(world: World) => Command>;
}

/**
 * Every command, in the order of the help. Their modules reach all of the program, and what most command lines need is one of them:
 * it is loaded when it is named.
 */
export const commandList: readonly ListedCommand[] = [
  {
    name: 'demo',
    summary: 'both desks on this machine, real data, and Casebridge between them',
    takes: 'options',
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
  {
    name: 'start',
    summary: 'keep both sides in step until stopped',
    takes: 'options',
    load: async () => (await import('./commands/start.ts')).startCommand,
  },
  {
    name: 'sync',
    summary: 'poll both sides, bring everything into step, and exit',
    takes: 'options',
    load: async () => (await import('./commands/sync.ts')).syncCommand,
  },
  {
    name: 'resync',
    summary: 'compare every record in scope on both sides, and repair what differs',
    takes: 'options',
    load: async () => (await import('./commands/resync.ts')).resyncCommand,
  },
  {
    name: 'plan',
    summary: 'show what a sync would write now, field by field; writes nothing',
    takes: 'options',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  {
    name: 'verify',
    summary: 'read both sides of every pair and report where they differ; writes nothing',
    takes: 'options',
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  },
  {
    name: 'status',
    summary: 'show how a running daemon is doing',
    takes: 'options',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'links',
    summary: 'pairs of tickets',
    load: async () => (await import('./commands/links.ts')).linksCommand,
  },
  {
    name: 'pairs',
    summary: 'pairs of tables, and which stand still',
    load: async () => (await import('./commands/pairs.ts')).pairsCommand,
  },
  {
    name: 'conflicts',
    summary: 'fields that both sides changed',
    load: async () => (await import('./commands/conflicts.ts')).conflictsCommand,
  },
  {
    name: 'matches',
    summary: 'tickets that may be one',
    load: async () => (await import('./commands/matches.ts')).matchesCommand,
  },
  {
    name: 'quarantine',
    summary: 'records set aside',
    load: async () => (await import('./commands/quarantine.ts')).quarantineCommand,
  },
  {
    name: 'runs',
    summary: 'runs and what each of them wrote',
    load: async () => (await import('./commands/runs.ts')).runsCommand,
  },
  {
    name: 'undo',
    summary: 'put back what a run overwrote, where nobody has changed it since; shows its plan first',
    takes: 'options',
    load: async () => (await import('./commands/undo.ts')).undoCommand,
  },
  {
    name: 'people',
    summary: 'list people and teams without a counterpart, and how to cure it',
    takes: 'options',
    load: async () => (await import('./commands/people.ts')).peopleCommand,
  },
  {
    name: 'config',
    summary: 'settings and mapping',
    load: async () => (await import('./commands/config.ts')).configCommand,
  },
  {
    name: 'init',
    summary: 'ask for what is needed, write .env and the mapping file, and look whether it works',
    takes: 'options',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  {
    name: 'doctor',
    summary: 'look at settings, database, logins, rights and fields of both sides; writes no ticket',
    takes: 'options',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'auth',
    summary: 'log in to a side in the browser',
    load: async () => (await import('./commands/auth.ts')).authCommand,
  },
  {
    name: 'migrate',
    summary: 'bring the database tables up to date',
    takes: 'options',
    load: async () => (await import('./commands/migrate.ts')).migrateCommand,
  },
  {
    name: 'tokens',
    summary: 'tokens of the admin API',
    load: async () => (await import('./commands/tokens.ts')).tokensCommand,
  },
  {
    name: 'db',
    summary: 'the database',
    load: async () => (await import('./commands/db.ts')).dbCommand,
  },
  {
    name: 'keygen',
    summary: 'print a new CASEBRIDGE_SECRET_KEY',
    takes: 'options',
    load: async () => (await import('./commands/keygen.ts')).keygenCommand,
  },
  {
    name: 'completion',
    summary: 'print a script that makes the shell complete commands and options',
    takes: '<shell>',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
];
