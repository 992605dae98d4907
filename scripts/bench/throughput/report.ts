import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { nameOf, parseLatency } from './latency.ts';
import type { Line } from './line.ts';
import type { Percentiles } from './measure.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const docs = join(root, 'docs', 'performance.md');
const marks = { start: '<!-- bench:start -->', end: '<!-- bench:end -->' };

export interface Report {
  readonly at: string;
  readonly commit: string;
  /** The sources differ from the commit. */
  readonly changed: boolean;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly seconds: number;
  readonly readyMs: readonly number[];
  readonly complaints: readonly string[];
  readonly lines: readonly Line[];
}

/** A report of what was measured since `startedAt`, with what is known about this copy and this machine. */
export function reportOf(
  measured: Pick<Report, 'readyMs' | 'complaints' | 'lines'>,
  { startedAt, loadBefore }: { readonly startedAt: number; readonly loadBefore: readonly number[] },
): Report {
  return {
    at: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD'),
    changed: git('status', '--porcelain', '--', 'src', 'package-lock.json') !== '',
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    load: { before: loadBefore, after: loadavg() },
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...measured,
  };
}

const columns: readonly (readonly [head: string, cell: (line: Line) => string])[] = [
  ['per call', ({ latency }) => shownLatency(latency)],
  ['scenario', ({ scenario }) => scenario],
  ['tickets', ({ tickets }) => (tickets === 0 ? '–' : whole(tickets))],
  ['tickets/s', ({ perSecond }) => shown(perSecond, whole)],
  ['of blind', ({ ofBlind }) => shown(ofBlind, hundredth)],
  ['of equal', ({ ofEqual }) => shown(ofEqual, hundredth)],
  ['SN + SF calls', ({ calls }) => shown(calls, both)],
  ['again', ({ again }) => shown(again, both)],
  ['blind', ({ blindCalls }) => shown(blindCalls, both)],
  ['equal', ({ equalCalls }) => shown(equalCalls, both)],
  ['CPU ms', ({ cpuMs }) => shown(cpuMs, hundredth)],
  ['DB ms', ({ databaseCpuMs }) => shown(databaseCpuMs, hundredth)],
  ['MB', ({ peakMb }) => shown(peakMb, whole)],
  ...(['p50', 'p95', 'p99'] as const).map((key): readonly [string, (line: Line) => string] => [
    `${key} ms`,
    ({ waits }) => shown<Percentiles>(waits, (value) => whole(value[key])),
  ]),
  ['truth', ({ verdict }) => verdict],
];

/** The table that the docs show, as Markdown. */
export function table(lines: readonly Line[]): string {
  const rows = [columns.map(([head]) => head), ...lines.map((line) => columns.map(([, cell]) => cell(line)))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const left = (at: number): boolean => at < 2;
  const text = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (left(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (left(at) ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [head = [], ...rest] = rows;
  return `${[text(head), rule, ...rest.map(text)].join('\n')}\n`;
}

/** Writes the report to the folder of results; returns the file's name. */
export async function writeReport(report: Report): Promise<string> {
  const folder = join(root, 'scripts', 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${report.at.slice(0, 19).replaceAll(':', '')}.json`);
  // In the house's format, since the check looks at every file in the folder.
  writeFileSync(file, await format(JSON.stringify(report), { parser: 'json', printWidth: 120 }));
  return file;
}

/** Puts the report between the two marks of docs/performance.md. */
export function writeDocs(report: Report, file: string): void {
  const text = readFileSync(docs, 'utf8');
  const [from, to] = [text.indexOf(marks.start), text.indexOf(marks.end)];
  if (from < 0 || to < from) throw new Error(`${docs} has no ${marks.start} … ${marks.end}`);
  const block = `${marks.start}\n\n${heading(report, file)}\n\n${table(report.lines)}\n${marks.end}`;
  writeFileSync(docs, text.slice(0, from) + block + text.slice(to + marks.end.length));
}

function heading({ at, commit, changed, machine, load, readyMs, seconds }: Report, file: string): string {
  const loads = [...load.before.slice(0, 1), ...load.after.slice(0, 2)].map((each) => each.toFixed(1)).join(', ');
  const ready = readyMs.map((ms) => (ms / 1000).toFixed(1)).join(', ');
  return [
    `${at.slice(0, 10)}, commit ${commit}${changed ? ' with changes' : ''}, ${String(machine['cpu'])} with ${String(machine['cores'])} cores,`,
    `${String(machine['memoryGb'])} GB, ${String(machine['platform'])}, Node ${String(machine['node'])}. Load before, and at the end over 1 and 5`,
    `minutes: ${loads}; the run took ${Math.round(seconds / 60)} minutes. From start to \`/readyz\` on an empty database: ${ready} s.`,
    `Raw figures: \`${file.slice(root.length + 1)}\`.`,
  ].join('\n');
}

function shown<T>(value: T | null, as: (value: T) => string): string {
  return value === null ? '–' : as(value);
}

function shownLatency(text: string): string {
  const latency = parseLatency(text);
  return latency === null ? text : nameOf(latency);
}

function both({ servicenow, salesforce }: { readonly servicenow: number; readonly salesforce: number }): string {
  return `${tenth(servicenow)} + ${tenth(salesforce)}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function tenth(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function hundredth(value: number): string {
  return value.toFixed(2);
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch (error) {
    // A copy without its history is measured all the same.
    if (error instanceof Error) return 'unknown';
    throw error;
  }
}
