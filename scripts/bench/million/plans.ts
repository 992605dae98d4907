import { readFile, stat } from 'node:fs/promises';
import pg from 'pg';

/** One statement as the server carried it out. */
export interface Plan {
  readonly ms: number;
  /** Pages of 8 kB that it looked at. */
  readonly pages: number;
  readonly indexes: readonly string[];
  /** Tables it read from end to end, with the rows that they gave. */
  readonly whole: readonly { readonly table: string; readonly rows: number }[];
  readonly text: string;
}

/** Settings of a server whose plans can be told: nothing is written before `explaining`, whose setting none given here may be above. */
export const explainable = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_nested_statements': 'on',
  log_line_prefix: '%a|',
} as const;

/** Lets the server write the plan of everything it does into its log, or no longer. */
export async function explaining(url: string, on: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      on ? 'ALTER SYSTEM SET auto_explain.log_min_duration = 0' : 'ALTER SYSTEM RESET auto_explain.log_min_duration',
    );
    await client.query('SELECT pg_reload_conf()');
    // Sessions hear of it with their next statement.
    await new Promise((resolve) => setTimeout(resolve, 200));
  } finally {
    await client.end();
  }
}

interface Step {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Step[];
}

/** What the server was asked by programs of this name while `work` ran. */
export async function plansOf(logFile: string, application: string, work: () => Promise<unknown>): Promise<Plan[]> {
  const from = (await stat(logFile)).size;
  await work();
  const log = (await readFile(logFile)).subarray(from).toString('utf8');
  return [...log.matchAll(/^([^|\n]*)\|LOG:  duration: ([\d.]+) ms  plan:\n((?:\t.*\n?)+)/gm)].flatMap(
    ([, name = '', ms = '', json = '']) => (name === application ? planOf(Number(ms), json) : []),
  );
}

function planOf(ms: number, json: string): Plan[] {
  const { Plan: root, 'Query Text': text } = JSON.parse(json) as { readonly Plan: Step; readonly 'Query Text': string };
  const steps = withParts(root);
  return [
    {
      ms,
      pages: (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0),
      indexes: [...new Set(steps.flatMap((step) => step['Index Name'] ?? []))],
      whole: steps.flatMap((step) =>
        step['Node Type'].includes('Seq Scan') && step['Relation Name'] !== undefined
          ? [{ table: step['Relation Name'], rows: (step['Actual Rows'] ?? 0) * (step['Actual Loops'] ?? 1) }]
          : [],
      ),
      text: text.replaceAll(/\s+/g, ' ').slice(0, 300),
    },
  ];
}

function withParts(step: Step): readonly Step[] {
  return [step, ...(step.Plans ?? []).flatMap(withParts)];
}
