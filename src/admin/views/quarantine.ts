import { parseKey } from '../../core/link.ts';
import { describeReason } from '../../observability/describe-event.ts';
import { causeOf } from '../../operate/quarantine.ts';
import type { QuarantineRow } from '../../store/store.ts';
import type { Quarantined, QuarantineGroup } from '../schemas/quarantine.ts';
import { namesOf } from './names.ts';

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

/** Rows that fail alike, the largest group first. */
export function groupsOf(rows: readonly QuarantineRow[]): QuarantineGroup[] {
  const groups = new Map<string, QuarantineRow[]>();
  for (const row of rows) {
    const cause = causeOf(row.reason);
    const members = groups.get(cause);
    if (members === undefined) groups.set(cause, [row]);
    else members.push(row);
  }
  return [...groups]
    .flatMap(([cause, members]): QuarantineGroup[] => {
      const latest = members.at(-1);
      if (latest === undefined) return [];
      return [
        {
          cause,
          why: describeReason(latest.reason),
          count: members.length,
          pairs: [...new Set(members.map((row) => row.pair))],
          firstAt: least(members.map((row) => row.firstAt)),
          nextAt: least(members.map((row) => row.nextAt)),
          sample: members.slice(0, samples).map(quarantineView),
        },
      ];
    })
    .toSorted((a, b) => b.count - a.count);
}

function least(times: readonly string[]): string {
  return times.reduce((first, at) => (at < first ? at : first));
}
