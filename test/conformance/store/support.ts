import type { Link } from '../../../src/core/link.ts';
import type { Store, Tx } from '../../../src/store/store.ts';
import { link } from '../../support/builders.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** A second replica's store on the same data. */
  readonly another?: () => Promise<Store>;
  /** As if every worker had been killed. */
  readonly loseWorkers?: () => Promise<void>;
  close(): Promise<void>;
}

/** Opens an empty store. */
export type OpenStore = () => Promise<StoreUnderTest>;

export type Run = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

export const later = '2026-03-02T09:00:00.000Z';
export const latest = '2026-03-02T10:00:00.000Z';

/** Texts that desks really hold and databases stumble over. */
export const hostile = [
  '',
  ' ',
  'a\u0000b',
  '\ud83d',
  'a\udc00b',
  '\u001a0000',
  '😀👩‍👩‍👧',
  'a\r\nb',
  "'; DROP TABLE links; --",
  '\u202eabc',
  '"\\',
];

let drawn = 0;

/** Rows of a pair that no other test uses. */
export function scope() {
  drawn += 1;
  const pair = `pair-${drawn}`;
  let links = 0;
  return {
    pair,
    link: (parts: Partial<Link> = {}): Link => {
      links += 1;
      const tail = `${drawn}-${String(links).padStart(4, '0')}`;
      const ids = { servicenow: `sn-${tail}`, salesforce: `sf-${tail}` };
      const numbers = { servicenow: `INC-${tail}`, salesforce: `CS-${tail}` };
      return link({ id: `link-${tail}`, pair, ids, numbers, ...parts });
    },
  };
}
