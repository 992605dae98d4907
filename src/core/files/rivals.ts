import type { ChildRow, FileInfo } from '../children.ts';
import { otherSide, type Side } from '../side.ts';
import type { Unclaimed } from './match.ts';
import { type FileLedger, nameAcross, numberIn } from './steps.ts';

/** Files across of which nobody can tell by their looks whose sending has left them. */
export interface Rivalry {
  /** True for the one row that is looked into now; the others wait for what comes of it. */
  readonly leads: boolean;
  readonly candidates: readonly FileInfo[];
}

/**
 * Sendings under way that may have left files which look the same: versions of one file, or two files of one name and size. Where the
 * content of what went out is not known, only that of what is there now can tell them apart.
 */
export class Rivals {
  readonly #ledger: FileLedger;
  readonly #unclaimed: Readonly<Record<Side, Unclaimed>>;
  readonly #isPresent: (row: ChildRow) => boolean;
  readonly #kept = new Map<string, readonly FileInfo[]>();

  /** `isPresent`: the version that the row speaks of is the one that its desk shows. */
  constructor(ledger: FileLedger, unclaimed: Readonly<Record<Side, Unclaimed>>, isPresent: (row: ChildRow) => boolean) {
    this.#ledger = ledger;
    this.#unclaimed = unclaimed;
    this.#isPresent = isPresent;
  }

  /** Null where the looks are enough. What is found is nobody else's from then on. */
  of(row: ChildRow): Rivalry | null {
    const alike = this.#ledger.rows.filter((other) => isOpen(other) && looksOf(other) === looksOf(row));
    if (alike.every((other) => other.id === row.id)) return null;
    const seen = this.#kept.get(looksOf(row)) ?? this.#unclaimed[otherSide(row.side)].looksOf(row);
    const told = seen.every((file) => file.hash !== null);
    const open = alike.filter((other) => (told ? other.hash === '' : true));
    const rivals = open.filter((other) => other.id !== row.id && (row.hash === '' || other.hash !== row.hash));
    const candidates = seen.filter((file) => !told || row.hash === '' || file.hash === row.hash);
    if (rivals.length === 0 || candidates.length === 0 || (told && row.hash !== '')) return null;
    const leader = open.find((other) => this.#isPresent(other));
    if (leader === undefined) return null;
    this.#kept.set(looksOf(row), seen);
    for (const file of seen) this.#unclaimed[otherSide(row.side)].claim(file);
    return { leads: leader.id === row.id, candidates };
  }
}

function isOpen(row: ChildRow): boolean {
  return row.state === 'sent' || row.state === 'planned';
}

function looksOf(row: ChildRow): string {
  return `${row.side} ${numberIn(row, 'size')} ${nameAcross(row)}`;
}
