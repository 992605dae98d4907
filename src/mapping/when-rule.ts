import type { Ticket } from '../core/directory.ts';
import type { FieldRule } from '../core/rules.ts';
import { otherSide } from '../core/side.ts';
import { judge } from './condition.ts';
import type { When } from './field-kinds.ts';

/**
 * The rule, for a ticket whose values may leave a side only under a condition. What stays behind counts as edited until it may go:
 * its base does not move, so that nothing is forgotten.
 */
export function withCondition(rule: FieldRule, when: When, records: Ticket['records'] | null): FieldRule {
  return {
    ...rule,
    refresh: (values) => {
      const due = rule.refresh?.(values) ?? null;
      if (due === null) return null;
      const from = otherSide(due.on);
      const condition = when[from];
      const record = records?.[from];
      return condition === undefined || record === undefined || judge(condition, record) === 'yes' ? due : null;
    },
    carry: (input) => {
      const from = otherSide(input.to);
      const condition = when[from];
      const record = records?.[from];
      if (condition === undefined || record === undefined) return rule.carry(input);
      switch (judge(condition, record)) {
        case 'yes':
          return rule.carry(input);
        case 'no':
          return { kind: 'hold', reason: { kind: 'condition', side: from } };
        case 'unknown':
          return { kind: 'hold', reason: { kind: 'unreadable', side: from } };
      }
    },
  };
}
