import { hash } from 'node:crypto';
import type { SourceRecord } from '../core/record.ts';

/**
 * Rows that narrow polls of this process have found to be echoes. Their overlap lists each of them again and again; as long as a row is
 * listed just as it was, nothing need be asked of the store. Only ever forgets: what is not known is looked at. A deep walk asks nothing
 * of it, so that it stays a backstop. `place`: one side of one pair.
 */
export interface SeenRows {
  /** The rows that were not listed like this before, or not found to be echoes then. */
  unseen(place: string, records: readonly SourceRecord[]): readonly SourceRecord[];
  /** These were found to be echoes, in a transaction that was committed. `serverNow`: when they were listed, ISO 8601. */
  keep(place: string, echoes: readonly SourceRecord[], serverNow: string): void;
  /** A walk came to its end: what it has not listed lies behind the overlap, and is forgotten. */
  end(place: string): void;
}

/**
 * A row is kept once the second of its stamp is surely over: Salesforce stamps whole seconds and counts no saves, so that within one a
 * row may change and change back. Its rows were measured to become visible up to 3 s late.
 */
const settledAfterMs = 3000;

/** Most rows that are kept for one place; some 100 bytes each. */
const most = 50_000;

/** Looks by record id. */
interface Place {
  before: ReadonlyMap<string, string>;
  listed: Map<string, string>;
}

export function createSeenRows(): SeenRows {
  const places = new Map<string, Place>();
  const at = (name: string): Place => {
    const place = places.get(name) ?? { before: new Map(), listed: new Map() };
    places.set(name, place);
    return place;
  };
  const note = ({ listed }: Place, id: string, look: string): void => {
    if (listed.size < most) listed.set(id, look);
  };
  return {
    unseen: (name, records) => {
      const place = at(name);
      return records.filter((record) => {
        const known = place.before.get(record.id);
        if (known === undefined || known !== lookOf(record)) return true;
        note(place, record.id, known);
        return false;
      });
    },
    keep: (name, echoes, serverNow) => {
      const settled = Date.parse(serverNow) - settledAfterMs;
      for (const record of echoes)
        if (Date.parse(record.version.stamp) <= settled) note(at(name), record.id, lookOf(record));
    },
    end: (name) => {
      const place = at(name);
      place.before = place.listed;
      place.listed = new Map();
    },
  };
}

/** Everything that the row shows, its version among it. */
function lookOf(record: SourceRecord): string {
  return hash('sha256', JSON.stringify(record), 'base64url');
}
