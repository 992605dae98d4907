import type { LinkView, PendingWrite } from './plan.ts';
import { valueIn } from './record.ts';
import type { FieldRule } from './rules.ts';

/**
 * Writes without an answer that the server may still carry out, and that have not arrived as far as we can see. Whatever was
 * decided meanwhile, their notes stay until then, so that a late arrival is known for ours and not for somebody's edit.
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
    return rule !== undefined && held !== undefined && !rule.same(write.side, held, write.value);
  });
}
