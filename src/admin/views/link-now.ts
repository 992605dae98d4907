import type { Link } from '../../core/link.ts';
import { valueIn } from '../../core/record.ts';
import { bothSides, type Side } from '../../core/side.ts';
import { describeError } from '../../observability/describe-error.ts';
import { fieldLabel, sideNames } from '../../observability/words.ts';
import type { SideNow } from '../../operate/link-view.ts';
import type { WhoIsWho } from '../../operate/who-is-who.ts';
import type { LinkNow } from '../schemas/links.ts';
import { wholeValue } from './names.ts';

/** Both sides as read now, beside what they last agreed on. */
export function linkNowView(
  link: Link,
  who: WhoIsWho | null,
  now: Readonly<Record<Side, SideNow>>,
  readAt: string,
): LinkNow {
  const value = (side: Side, field: string) => {
    const read = now[side];
    return read.kind === 'found' ? valueIn(read.record, field) : undefined;
  };
  return {
    readAt,
    sides: bothSides((side) => sideView(side, now[side])),
    fields: (who?.rules.fields ?? []).map((rule) => {
      const values = bothSides((side) => value(side, rule.fields[side]));
      const bases = bothSides((side) => link.bases[side].fields[rule.fields[side]] ?? null);
      return {
        field: rule.name,
        labels: bothSides((side) => fieldLabel(rule.name, side)),
        now: bothSides((side) => values[side] ?? null),
        nowText: bothSides((side) => who?.nameOf(rule.name, side) ?? wholeValue(rule.name, side, values[side])),
        base: bases,
        changed: bothSides((side) => {
          const held = values[side];
          return held !== undefined && !rule.same(side, held, bases[side]);
        }),
        agree: rule.agree(bothSides((side) => values[side] ?? null)),
      };
    }),
  };
}

function sideView(side: Side, read: SideNow): LinkNow['sides'][Side] {
  if (read.kind === 'found') {
    const { record } = read;
    return {
      kind: 'found',
      text: null,
      updatedAt: record.version.stamp,
      updatedBy: record.updatedBy,
      number: record.number,
    };
  }
  const nothing = { updatedAt: null, updatedBy: null, number: null };
  switch (read.kind) {
    case 'absent':
      return {
        kind: 'absent',
        text: `${sideNames[side]} does not show it: deleted, or hidden from our user.`,
        ...nothing,
      };
    case 'deleted':
      return { kind: 'deleted', text: `It was deleted in ${sideNames[side]}.`, ...nothing };
    case 'error':
      return { kind: 'error', text: describeError(read.error), ...nothing };
    case 'unmapped':
      return { kind: 'error', text: 'The mapping file has this pair no more, so it was not asked.', ...nothing };
  }
}
