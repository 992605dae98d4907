import type { ChildRow } from '../children.ts';
import { numberIn, textIn } from './steps.ts';

/** Reasons that nobody across is told: it is the rule, or there is nothing left to fetch. */
const unspoken: ReadonlySet<string> = new Set(['channel', 'ours', 'vanished', 'replaced']);

/** True where a file that stays at home is worth a comment across. */
export function isTold(why: string): boolean {
  return !unspoken.has(why);
}

const systems = { servicenow: 'ServiceNow', salesforce: 'Salesforce' } as const;

/** The internal comment that stands across for a file that was not carried: which file, where it is, and why. */
export function noticeText(row: ChildRow): string {
  const name = textIn(row, 'name') ?? '';
  const size = sizeOf(numberIn(row, 'size'));
  return `The file "${name}" (${size}) was not carried over from ${systems[row.side]}: ${reason(row)}. It can be opened there.`;
}

function reason(row: ChildRow): string {
  const answer = textIn(row, 'answer');
  switch (textIn(row, 'why')) {
    case 'too-large':
      return `it is larger than the ${sizeOf(numberIn(row, 'limit'))} that are allowed`;
    case 'empty':
      return 'it is empty';
    case 'type':
      return 'files of this type are not carried';
    case 'blocked':
      return 'it cannot be read there';
    case 'never-scanned':
      return 'its virus scan did not end';
    case 'differs':
      return 'its content is not what its system says it is';
    default:
      return answer === null ? 'it was refused' : `it was refused (${answer})`;
  }
}

/** `0 bytes`, `12 kB`, `104.9 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [unit, factor] =
    bytes < 1_000_000 ? (['kB', 1000] as const) : bytes < 1e9 ? (['MB', 1e6] as const) : (['GB', 1e9] as const);
  return `${Math.round((bytes / factor) * 10) / 10} ${unit}`;
}
