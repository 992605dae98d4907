import type { MatchReason } from '../core/match/rules.ts';
import { oneLine } from './words.ts';

/** What made two tickets one, or look like one. */
export function describeMatch(reason: MatchReason): string {
  switch (reason.kind) {
    case 'stamp':
      return 'since one names the other';
    case 'number':
      return "since one holds the other's number";
    case 'rule':
      return `by the rule "${oneLine(reason.rule)}"`;
    case 'near':
      return `titles ${Math.round(reason.likeness * 100)} % alike, same caller, ${hours(reason.hours)} apart`;
    case 'person':
      return 'since a person said so';
  }
}

function hours(count: number): string {
  return count < 48 ? `${Math.round(count * 10) / 10} h` : `${Math.round(count / 24)} days`;
}
