import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commandLine, type DaemonOptions, type DaemonProcess, environment } from '../replicas/daemon.ts';
import { questions } from './ask.ts';
import { explaining, type Plan, plansOf } from './plans.ts';

/** What one question costs the database. */
export interface Explained {
  readonly name: string;
  readonly statements: number;
  /** Of all its statements together, and of the slowest one. */
  readonly ms: number;
  readonly slowestMs: number;
  readonly pages: number;
  readonly indexes: readonly string[];
  readonly whole: Plan['whole'];
  /** The slowest statement. */
  readonly text: string;
}

/** What is asked on the command line, beside the daemon. */
const commands: readonly (readonly string[])[] = [
  ['status'],
  ['links', 'list', '--search', 'INC0500000', '--json'],
  ['links', 'show', 'INC0500000', '--json'],
  ['links', 'list', '--status', 'conflict', '--json'],
  ['conflicts', 'list', '--json'],
  ['quarantine', 'list', '--json'],
  ['runs', 'list'],
];

interface Explaining {
  readonly daemon: DaemonProcess;
  readonly options: DaemonOptions;
  readonly logFile: string;
  readonly links: number;
}

/** Asks everything once more, with the plans that the server took; the clock stands still for the measurement of times here. */
export async function explain({ daemon, options, logFile, links }: Explaining): Promise<readonly Explained[]> {
  const explained: Explained[] = [];
  await explaining(options.databaseUrl, true);
  try {
    for (const [name, path] of questions(links)) {
      const plans = await plansOf(logFile, `casebridge ${daemon.pid}`, async () => (await daemon.get(path)).text());
      explained.push(summary(name, plans));
    }
    for (const args of commands) {
      const child = spawn(process.execPath, commandLine(args), { env: environment(options), stdio: 'ignore' });
      const plans = await plansOf(logFile, `casebridge ${child.pid}`, () => once(child, 'exit'));
      explained.push(summary(args.join(' '), plans));
    }
  } finally {
    await explaining(options.databaseUrl, false);
  }
  return explained;
}

function summary(name: string, plans: readonly Plan[]): Explained {
  const sum = (of: (plan: Plan) => number): number =>
    Math.round(plans.reduce((all, plan) => all + of(plan), 0) * 10) / 10;
  const slowest = plans.toSorted((a, b) => b.ms - a.ms)[0];
  return {
    name,
    statements: plans.length,
    ms: sum(({ ms }) => ms),
    slowestMs: slowest?.ms ?? 0,
    pages: sum(({ pages }) => pages),
    indexes: [...new Set(plans.flatMap(({ indexes }) => indexes))].toSorted(),
    whole: plans.flatMap(({ whole }) => whole),
    text: slowest?.text ?? '',
  };
}
