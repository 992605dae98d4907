import type { ChildRow, FileInfo } from '../children.ts';
import { otherSide, type Side } from '../side.ts';
import { safeName } from './names.ts';

/**
 * What is to be done about one file. `seen` is `updatedAt` of its row as it was read, null where there is none: a step is taken only
 * while that still holds, so that of two workers one takes it.
 */
export interface FileStep {
  readonly row: ChildRow;
  readonly seen: string | null;
  readonly act:
    /** The row says it all. */
    | { readonly kind: 'note' }
    | ({ readonly kind: 'carry' } & Carry)
    /** One internal comment across says why the file stays at home. */
    | { readonly kind: 'tell'; readonly on: Side }
    /** Take the counterpart off its ticket. */
    | { readonly kind: 'detach'; readonly on: Side; readonly id: string };
}

export interface Carry {
  readonly to: Side;
  readonly file: FileInfo;
  /** A file across that may be the same (same name and size, its content unknown): to be compared before anything is sent. */
  readonly twin: FileInfo | null;
  /** Further ones. */
  readonly others?: readonly FileInfo[];
  /** An earlier sending may have arrived: when it set out. */
  readonly lostAt: string | null;
}

export type FileDetail = ChildRow['detail'];

/** Ledger rows of one link's files, found by what they name. */
export class FileLedger {
  readonly rows: readonly ChildRow[];
  readonly #sources: ReadonlyMap<string, ChildRow>;
  readonly #counterparts: ReadonlyMap<string, ChildRow>;

  constructor(rows: readonly ChildRow[]) {
    this.rows = rows.filter((row) => row.kind === 'file');
    this.#sources = new Map(this.rows.map((row) => [`${row.side} ${row.sourceId}`, row]));
    this.#counterparts = new Map(
      this.rows.flatMap((row) =>
        row.counterpartId === null ? [] : [[`${otherSide(row.side)} ${row.counterpartId}`, row]],
      ),
    );
  }

  /** The row of a file's first version that we saw. */
  source(side: Side, sourceId: string): ChildRow | undefined {
    return this.#sources.get(`${side} ${sourceId}`);
  }

  /** The row whose counterpart it is: a file that we put there ourselves, or that was found to be the same. */
  counterpart(side: Side, id: string): ChildRow | undefined {
    return this.#counterparts.get(`${side} ${id}`);
  }

  /** True if a row speaks for it. One that only waits for the end of another sending does not: it may be what that has left. */
  knows(file: FileInfo): boolean {
    const row = this.source(file.side, file.id);
    return (row !== undefined && !waitsForOther(row)) || this.counterpart(file.side, file.id) !== undefined;
  }
}

/** A file that looked like what a sending under way may have left. */
export function waitsForOther(row: ChildRow): boolean {
  return row.state === 'planned' && row.detail['waits'] === 'other';
}

/** The text that a row's detail holds under a name; null where it holds none. */
export function textIn(row: ChildRow, name: string): string | null {
  const value = row.detail[name];
  return typeof value === 'string' ? value : null;
}

export function numberIn(row: ChildRow, name: string): number {
  const value = row.detail[name];
  return typeof value === 'number' ? value : 0;
}

/** What a row's file is called across. */
export function nameAcross(row: ChildRow): string {
  return textIn(row, 'renamed') ?? textIn(row, 'name') ?? '';
}

/** What is kept about a file beside its ids. */
export function detailOf(file: FileInfo): FileDetail {
  const safe = safeName(file.name);
  return {
    // Postgres keeps no NUL.
    name: file.name.replaceAll('\u0000', '␀').toWellFormed(),
    ...(safe === file.name ? {} : { renamed: safe }),
    size: file.size,
    versionId: file.versionId,
    // A ServiceNow file never changes; a Salesforce one does with every version.
    stamp: file.side === 'servicenow' ? '9999' : file.createdAt,
  };
}

/** A row's next state. Its time always moves on, since that is what another worker's step is held against. */
export function advanced(row: ChildRow, now: number, change: Partial<Omit<ChildRow, 'id' | 'updatedAt'>>): ChildRow {
  const updatedAt = new Date(Math.max(now, Date.parse(row.updatedAt) + 1)).toISOString();
  return { ...row, ...change, updatedAt };
}

/** The same details with some changed; null takes one away. */
export function withDetail(row: ChildRow, change: FileDetail): FileDetail {
  return Object.fromEntries(Object.entries({ ...row.detail, ...change }).filter(([, value]) => value !== null));
}
