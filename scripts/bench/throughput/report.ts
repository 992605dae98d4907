import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import type { BurstResult } from './burst-scenarios.ts';
import { nameOf, parseLatency } from './latency.ts';
import type { Measured, Percentiles } from './measure.ts';
import { isWhole, type Truth } from './truth.ts';

export interface Results {
  readonly tickets: number;
  readonly bursts: readonly BurstResult[];
  readonly readyMs: readonly number[];
  readonly complaints: readonly string[];
  readonly loadBefore: readonly number[];
}

const head = [
  'per call',
  'scenario',
  'tickets',
  'tickets/s',
  'of blind',
  'of equal',
  'SN + SF calls',
  'again',
  'blind',
  'equal',
  'CPU ms',
  'DB ms',
  'MB',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'truth',
];

/** The table that the docs show, as Markdown. Calls are for 1,000 tickets, CPU is for one. */
export function table({ bursts }: Results): string {
  return markdown([head, ...bursts.map(burstRow)]);
}

function burstRow({ latency, scenario, daemon, again, blind, equal, truth }: BurstResult): readonly string[] {
  return [
    shownLatency(latency),
    scenario,
    whole(daemon.tickets),
    whole(daemon.perSecond),
    share(daemon, blind),
    share(daemon, equal),
    calls(daemon.callsPer1000),
    calls(again),
    blind === null ? '–' : calls(blind.callsPer1000),
    equal === null ? '–' : calls(equal.callsPer1000),
    daemon.cpuMsPerTicket.toFixed(2),
    daemon.databaseCpuMsPerTicket.toFixed(2),
    whole(daemon.peakMb),
    ...waits(daemon.latencyMs),
    shownTruth(truth),
  ];
}

export function shownTruth(truth: Truth): string {
  if (isWhole(truth)) return 'whole';
  return `${truth.lost} lost, ${truth.twice} twice, ${truth.different} differ`;
}

function shownLatency(text: string): string {
  const latency = parseLatency(text);
  return latency === null ? text : nameOf(latency);
}

function share(daemon: Measured, floor: Measured | null): string {
  return floor === null ? '–' : (daemon.perSecond / floor.perSecond).toFixed(2);
}

function calls({ servicenow, salesforce }: Measured['callsPer1000']): string {
  return `${tenth(servicenow)} + ${tenth(salesforce)}`;
}

function waits({ p50, p95, p99 }: Percentiles): readonly string[] {
  return [p50, p95, p99].map((each) => whole(each));
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
  const file = join(folder, `${at.slice(0, 19).replaceAll(':', '')}.json`);
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
