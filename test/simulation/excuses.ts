import type { Link } from '../../src/core/link.ts';
import type { FieldRule } from '../../src/core/rules.ts';
import { bothSides, otherSide } from '../../src/core/side.ts';
import { type Edit, editsOf, type Scene } from '../model/truth.ts';
import { objects } from '../model/world.ts';

/** A request may run so long, and be found out so much later. */
const onItsWayMs = 180_000;

/**
 * A person wrote what had just been written across, while a write of ours that carried it had not come to its end: whoever looks at
 * states can't tell the two apart. Texts are numbered, so that this can only excuse choices and emptied fields.
 */
export function wroteTheSame(world: Scene, link: Link, rule: FieldRule, edit: Edit): boolean {
  const to = otherSide(edit.side);
  const across = world.desks[to].versions(objects[to], link.ids[to]);
  const lost = world.deaths.length > 0 || world.desks[edit.side].writes().some((write) => !write.heard);
  return (
    lost &&
    across.some((version, index) => {
      const until = across[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      const value = version.fields[rule.fields[to]] ?? null;
      const values = bothSides((side) => (side === edit.side ? edit.value : value));
      return version.at <= edit.at && until > edit.at - onItsWayMs && rule.agree(values);
    })
  );
}

/** The edit gave way to what came back from across, where a late write of ours had put what a person had written there meanwhile. */
export function cameInLate(world: Scene, link: Link, rule: FieldRule, edit: Edit): boolean {
  const to = otherSide(edit.side);
  const across = world.desks[to].versions(objects[to], link.ids[to]);
  const edits = editsOf(across, to, rule.fields[to]);
  return world.desks[to]
    .writes()
    .filter((write) => write.id === link.ids[to] && !write.heard && write.at > edit.at)
    .some((write) => {
      const value = write.fields[rule.fields[to]];
      return (
        value !== undefined &&
        edits.some((one) => rule.same(to, one.value, value) && one.at <= write.at && one.at > write.at - onItsWayMs)
      );
    });
}
