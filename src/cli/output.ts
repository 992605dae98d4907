import type { Writable } from 'node:stream';
import { once } from 'node:events';
import { plainJson, visible } from '../observability/words.ts';

/**
 * Where a command's words go: results to standard output, everything else to standard error. Tickets hold what anybody wrote: no
 * control character but a line end gets through, so that no text can move the cursor or change the terminal.
 */
export interface Output {
  readonly json: boolean;
  /** One JSON value on a line of standard output; under `--json` nothing else goes there. */
  line(value: unknown): Promise<void>;
  /** A result for a person, on standard output; nothing under `--json`. */
  text(text: string): Promise<void>;
  /** A remark for a person, on standard error. */
  note(text: string): void;
}

export function createOutput(streams: { readonly stdout: Writable; readonly stderr: Writable }, json: boolean): Output {
  const write = async (text: string): Promise<void> => {
    if (!streams.stdout.write(`${text}\n`)) await once(streams.stdout, 'drain');
  };
  return {
    json,
    line: (value) => write(plainJson(value)),
    text: async (text) => (json ? undefined : write(visible(text))),
    note: (text) => void streams.stderr.write(`${visible(text)}\n`),
  };
}

/** Columns as wide as their widest cell; the last one as it comes. No cell breaks its line. */
export function table(head: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map((cell) => visible(cell).replaceAll('\n', '\\n')));
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const lineOf = (line: readonly string[]): string =>
    line
      .map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(lineOf).join('\n');
}

/** `2026-03-01 09:30`, in UTC. */
export function shortTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
