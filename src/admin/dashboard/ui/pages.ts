/** Pages of a list that is only known from its beginning: each names the place where the next one starts. */
export interface PageSlot<T> {
  readonly after: string | null;
  /** Null while it is being fetched, or after it was let go. */
  readonly items: readonly T[] | null;
  readonly size: number;
}

export interface PageTable<T> {
  readonly slots: readonly PageSlot<T>[];
  /** Where the page behind the last known one starts; null at the end of the list. */
  readonly next: string | null;
  /** False until the first page is there. */
  readonly begun: boolean;
}

export const emptyTable: PageTable<never> = { slots: [], next: null, begun: false };

/** How many pages keep their rows. The others are fetched again by their place when someone scrolls back. */
const keptPages = 12;

export function countRows(table: PageTable<unknown>): number {
  return table.slots.reduce((sum, slot) => sum + slot.size, 0);
}

export interface SlotPlace {
  readonly slot: number;
  readonly offset: number;
}

/** Which page holds this row; null behind the last known one. */
export function placeOf(table: PageTable<unknown>, row: number): SlotPlace | null {
  let before = 0;
  for (const [slot, { size }] of table.slots.entries()) {
    if (row < before + size) return { slot, offset: row - before };
    before += size;
  }
  return null;
}

/** Puts in a page that was fetched: a new one at the end, or one that had been let go. Pages far from it give up their rows. */
export function withPage<T>(
  table: PageTable<T>,
  at: number,
  page: { readonly after: string | null; readonly items: readonly T[]; readonly next: string | null },
): PageTable<T> {
  const slot: PageSlot<T> = { after: page.after, items: page.items, size: page.items.length };
  const slots =
    at < table.slots.length ? table.slots.map((old, index) => (index === at ? slot : old)) : [...table.slots, slot];
  return {
    slots: slots.map((one, index) => (Math.abs(index - at) < keptPages ? one : { ...one, items: null })),
    next: at >= slots.length - 1 ? page.next : table.next,
    begun: true,
  };
}

/** The page to fetch so that these rows can be shown: one that was let go, or the one behind the end. Null if none is missing. */
export function missing(
  table: PageTable<unknown>,
  first: number,
  last: number,
): { readonly at: number; readonly after: string | null } | null {
  if (!table.begun) return { at: 0, after: null };
  const from = placeOf(table, first)?.slot ?? Math.max(0, table.slots.length - 1);
  const to = placeOf(table, last)?.slot ?? table.slots.length - 1;
  for (let at = from; at <= to; at += 1) {
    const slot = table.slots[at];
    if (slot !== undefined && slot.items === null) return { at, after: slot.after };
  }
  if (last >= countRows(table) && table.next !== null) return { at: table.slots.length, after: table.next };
  return null;
}
