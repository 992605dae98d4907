import type { Asked } from './ask.ts';
import type { Explained } from './explain.ts';
import type { Filled } from './fill.ts';
import type { Loaded } from './load.ts';

export interface AtSize {
  readonly filled: Filled;
  readonly readyMs: number;
  readonly idle: {
    readonly seconds: number;
    readonly calls: number;
    readonly transactions: number;
    readonly rowsRead: number;
    readonly cpuMs: number;
    readonly databaseCpuMs: number;
    readonly peakMb: number;
  };
  readonly asked: readonly Asked[];
  readonly explained: readonly Explained[];
  readonly exportFirstBytesMs: number;
  readonly load: Loaded & { readonly peakMb: number };
  readonly complaints: number;
}

/** The figures as tables, one column for each number of links. */
export function report(results: readonly AtSize[]): string {
  const head = ['', ...results.map(({ filled }) => `${count(filled.links)} links`)];
  const per = (bytes: number, links: number): string => (links === 0 ? '–' : count(Math.round(bytes / links)));
  const figures: string[][] = [
    ['start until ready, ms', ...results.map(({ readyMs }) => count(readyMs))],
    ...['links', 'history', 'children'].map((name) => [
      `${name}: bytes a link, rows + indexes`,
      ...results.map(({ filled }) => {
        const table = filled.tables.find((one) => one.name === name);
        return `${per(table?.table ?? 0, filled.links)} + ${per(table?.indexes ?? 0, filled.links)}`;
      }),
    ]),
    ...(['calls', 'transactions', 'rowsRead', 'cpuMs', 'databaseCpuMs', 'peakMb'] as const).map((name) => [
      `idle ${results[0]?.idle.seconds ?? 0} s: ${idleNames[name]}`,
      ...results.map(({ idle }) => count(idle[name])),
    ]),
    ['under load: seconds', ...results.map(({ load }) => `${load.seconds.toFixed(1)} for ${count(load.tickets)}`)],
    ['under load: peak memory, MB', ...results.map(({ load }) => count(load.peakMb))],
    ['export: first bytes, ms', ...results.map((one) => count(Math.round(one.exportFirstBytesMs)))],
  ];
  const names = results[0]?.asked.map(({ name }) => name) ?? [];
  const asked = names.map((name) => [
    name,
    ...results.map((one) => {
      const found = one.asked.find((each) => each.name === name);
      return found === undefined ? '–' : `${found.p50} / ${found.p95}`;
    }),
  ]);
  const last = results.at(-1)?.explained ?? [];
  return `${table([head, ...figures])}\n${table([['ms, p50 / p95', ...head.slice(1)], ...asked])}\n${table([planHead, ...last.map(planLine)])}`;
}

const planHead = ['in the database', 'statements', 'ms', 'slowest', 'pages', 'indexes', 'whole tables (rows)'];

/** Tables that are small by their nature are left out. */
function planLine({ name, statements, ms, slowestMs, pages, indexes, whole }: Explained): string[] {
  const read = whole.filter(({ rows }) => rows > 100).map(({ table: of, rows }) => `${of} (${count(rows)})`);
  return [
    name,
    String(statements),
    String(ms),
    String(Math.round(slowestMs * 10) / 10),
    count(pages),
    indexes.map((index) => `\`${index}\``).join(', '),
    [...new Set(read)].join(', '),
  ];
}

const idleNames = {
  calls: 'API calls, both sides',
  transactions: 'transactions',
  rowsRead: 'rows read by the database',
  cpuMs: 'CPU ms, daemon',
  databaseCpuMs: 'CPU ms, Postgres',
  peakMb: 'peak memory, MB',
} as const;

function count(value: number): string {
  return value.toLocaleString('en');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return `${[line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join('\n')}\n`;
}
