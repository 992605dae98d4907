import { parseKey } from '../../core/link.ts';
import { describeReason } from '../../observability/describe-standing.ts';
import { namesOf } from '../../operate/names-of.ts';
import { causeOf } from '../../operate/quarantine.ts';
import type { AsideGroup, QuarantineRow } from '../../store/store.ts';
import type { Quarantined, QuarantineGroup } from '../schemas/quarantine.ts';

export function quarantineView(row: QuarantineRow): Quarantined {
  const key = parseKey(row.key);
  return {
    key: row.key,
    linkId: key?.kind === 'link' ? key.linkId : null,
    ...namesOf(row),
    cause: causeOf(row.reason),
    why: describeReason(row.reason),
    attempts: row.attempts,
    firstAt: row.firstAt,
    nextAt: row.nextAt,
  };
}

const samples = 5;

/** Rows that fail alike, the largest group first. `rows`: those that the groups name. */
export function groupsOf(groups: readonly AsideGroup[], rows: readonly QuarantineRow[]): QuarantineGroup[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  // What differs only in figures and names is one cause.
  return [...Map.groupBy(groups, ({ reason }) => causeOf(reason))]
    .flatMap(([cause, alike]): QuarantineGroup[] => {
      const latest = alike.at(-1);
      if (latest === undefined) return [];
      const members = alike.flatMap(({ keys }) => keys.flatMap((key) => byKey.get(key) ?? []));
      return [
        {
          cause,
          why: describeReason(latest.reason),
          count: alike.reduce((sum, { count }) => sum + count, 0),
          pairs: [...new Set(alike.map(({ pair }) => pair))],
          firstAt: least(alike.map(({ firstAt }) => firstAt)),
          nextAt: least(alike.map(({ nextAt }) => nextAt)),
          sample: members
            .toSorted((a, b) => (a.firstAt < b.firstAt ? -1 : 1))
            .slice(0, samples)
            .map(quarantineView),
        },
      ];
    })
    .toSorted((a, b) => b.count - a.count);
}

function least(times: readonly string[]): string {
  return times.reduce((first, at) => (at < first ? at : first));
}
