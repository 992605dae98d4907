import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What a process has cost so far; zeros where the system has no /proc. */
export interface Cost {
  readonly cpuMs: number;
  /** CPU of the database's processes, those that have ended included. */
  readonly databaseCpuMs: number;
  readonly peakMb: number;
}

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own clock (`USER_HZ`). */
const msPerClick = 10;

interface Stat {
  readonly parent: number;
  readonly name: string;
  readonly ownMs: number;
  readonly childrenMs: number;
}

/** Costs of a daemon and of the Postgres that it started on a folder named `dataDir`. */
export function costOf(pid: number, dataDir: string): Cost {
  const stats = new Map(readPids().flatMap((each) => read(each) ?? []));
  const servers = [...stats.keys()].filter(
    (each) => stats.get(each)?.name === 'postgres' && text(`/proc/${each}/cmdline`).includes(dataDir),
  );
  const database = [...stats].filter(([each, { parent }]) => servers.includes(each) || servers.includes(parent));
  const sum = (rows: readonly (readonly [number, Stat])[]): number =>
    rows.reduce((ms, [, stat]) => ms + stat.ownMs + stat.childrenMs, 0);
  return { cpuMs: stats.get(pid)?.ownMs ?? 0, databaseCpuMs: sum(database), peakMb: peakOf(pid) };
}

/** Lets the peak of a process be counted anew. Where that is not allowed the peak is that of its whole life. */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

function peakOf(pid: number): number {
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(text(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);
}

function readPids(): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function read(pid: number): [[number, Stat]] | null {
  const line = text(`/proc/${pid}/stat`);
  // The name stands in brackets and may hold anything; what follows the last bracket is in columns (proc_pid_stat(5)).
  const name = line.slice(line.indexOf('(') + 1, line.lastIndexOf(')'));
  const columns = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (columns.length < 15) return null;
  const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map(
    (at) => columns[at],
  );
  return [
    [pid, { parent, name, ownMs: (user + system) * msPerClick, childrenMs: (childUser + childSystem) * msPerClick }],
  ];
}

/** Empty for a process that has ended meanwhile. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
