import type { LinkView, PendingWrite } from './plan.ts';
import { valueIn } from './record.ts';
import type { FieldRule } from './rules.ts';

/**
 * Writes without an answer that the server may still carry out, and that have not arrived as far as we can see. Whatever was
 * decided meanwhile, their notes stay until then, so that a late arrival is known for ours and not for somebody's edit. A value that
 * the base holds as well was put there by a later write of ours, and tells nothing of the earlier one.
 */
export function underWay(
  view: LinkView,
  rules: readonly FieldRule[],
  at: { readonly now: string; readonly settleMs: number },
): readonly PendingWrite[] {
  return view.pending.filter((write) => {
    if (Date.parse(write.sentAt) + at.settleMs <= Date.parse(at.now)) return false;
    const rule = rules.find((candidate) => candidate.fields[write.side] === write.field);
    const held = valueIn(view.now[write.side], write.field);
    if (rule === undefined || held === undefined) return false;
    const base = view.link.bases[write.side].fields[write.field] ?? null;
    return !rule.same(write.side, held, write.value) || rule.same(write.side, base, write.value);
  });
}
