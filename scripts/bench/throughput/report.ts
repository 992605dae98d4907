import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import type { Measured } from './measure.ts';
import type { Hot, Idle, ScenarioName } from './scenarios.ts';

export interface BurstResult {
  readonly latencyMs: number;
  readonly scenario: ScenarioName;
  readonly floor: Measured;
  readonly daemon: Measured;
}

export interface Results {
  readonly tickets: number;
  readonly bursts: readonly BurstResult[];
  readonly hot: readonly (Hot & { readonly callLatencyMs: number })[];
  readonly idle: Idle | null;
  readonly readyMs: number;
  readonly complaints: readonly string[];
}

const head = [
  'per call',
  'scenario',
  'tickets/s',
  'floor',
  'ratio',
  'SN calls',
  'SF calls',
  'floor SN+SF',
  'CPU ms',
  'DB ms',
  'MB',
  'p50 ms',
  'p95 ms',
  'p99 ms',
];

/** The table that the docs show, as Markdown. Calls are for 1,000 tickets, CPU is for one. */
export function table({ bursts, hot, idle }: Results): string {
  const rows = bursts.map(({ latencyMs, scenario, floor, daemon }) => [
    `${latencyMs} ms`,
    scenario,
    whole(daemon.perSecond),
    whole(floor.perSecond),
    `${Math.round((daemon.perSecond / floor.perSecond) * 100)} %`,
    tenth(daemon.callsPer1000.servicenow),
    tenth(daemon.callsPer1000.salesforce),
    `${tenth(floor.callsPer1000.servicenow)} + ${tenth(floor.callsPer1000.salesforce)}`,
    daemon.cpuMsPerTicket.toFixed(2),
    daemon.databaseCpuMsPerTicket.toFixed(2),
    whole(daemon.peakMb),
    ...Object.values(daemon.latencyMs).map(whole),
  ]);
  const hotRows = hot.map((each) => [
    `${each.callLatencyMs} ms`,
    `one ticket edited ${each.edits} times, every ${each.gapMs} ms`,
    '–',
    '–',
    '–',
    tenth(each.callsPer1000.servicenow),
    tenth(each.callsPer1000.salesforce),
    '–',
    each.cpuMsPerEdit.toFixed(2),
    '–',
    '–',
    ...Object.values(each.latencyMs).map(whole),
  ]);
  const idleLine =
    idle === null
      ? ''
      : `\nIdle, ${idle.seconds} s at the default poll: ${idle.calls.servicenow} calls to ServiceNow, ${idle.calls.salesforce} to Salesforce; ` +
        `CPU ${(idle.cpuShare * 100).toFixed(1)} % daemon, ${(idle.databaseCpuShare * 100).toFixed(1)} % Postgres; ${idle.peakMb} MB.\n`;
  return `${markdown([head, ...rows, ...hotRows])}${idleLine}`;
}

/** Writes the results with commit, date and machine; returns the file's name. */
export async function writeResults(results: Results): Promise<string> {
  const at = new Date().toISOString();
  const commit = git('rev-parse', '--short', 'HEAD');
  const changed = git('status', '--porcelain', '--', 'src', 'package-lock.json') !== '';
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    loadAfter: loadavg().map((load) => Math.round(load * 10) / 10),
  };
  const folder = join(import.meta.dirname, '..', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `throughput-${at.slice(0, 19).replaceAll(':', '')}.json`);
  const text = JSON.stringify({ at, commit, changed, machine, ...results });
  // In the house's format, since the check looks at every file in the folder.
  writeFileSync(file, await format(text, { parser: 'json', printWidth: 120 }));
  return file;
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch (error) {
    // A copy without its history is measured all the same.
    if (error instanceof Error) return 'unknown';
    throw error;
  }
}

function markdown([first = [], ...rest]: readonly (readonly string[])[]): string {
  const all = [first, ...rest];
  const widths = first.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return `${[line(first), rule, ...rest.map(line)].join('\n')}\n`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function tenth(value: number): string {
  return String(Math.round(value * 10) / 10);
}
