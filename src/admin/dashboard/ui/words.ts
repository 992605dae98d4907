import type { FieldValue, LinkStatus, Side } from '../../schemas/common.ts';
import type { HistoryEntry } from '../../schemas/links.ts';

export const sideNames: Readonly<Record<Side, string>> = { servicenow: 'ServiceNow', salesforce: 'Salesforce' };
export const sides: readonly Side[] = ['servicenow', 'salesforce'];

export const statusNames: Readonly<Record<LinkStatus, string>> = {
  synced: 'In step',
  pending: 'Pending',
  conflict: 'Conflict',
  quarantined: 'Set aside',
  detached: 'Unlinked',
};

export const statusTones: Readonly<Record<LinkStatus, Tone>> = {
  synced: 'good',
  pending: 'busy',
  conflict: 'warn',
  quarantined: 'bad',
  detached: 'off',
};

/** How a mark looks: its shape says the same as its colour. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'off';

/** A value as text; empty ones are the caller's to name. */
export function plainValue(value: FieldValue | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

export interface Named {
  readonly servicenowNumber: string | null;
  readonly salesforceNumber: string | null;
  readonly servicenowId: string | null;
  readonly salesforceId: string | null;
}

/** `INC0010042 ↔ 00001007`, or ids where a number is not known. */
export function bothNames(row: Named): string {
  return `${row.servicenowNumber ?? row.servicenowId ?? '?'} ↔ ${row.salesforceNumber ?? row.salesforceId ?? '?'}`;
}

const reasons: Readonly<Record<string, (entry: HistoryEntry) => string>> = {
  'one-sided': () => 'only that side had changed it',
  conflict: (entry) =>
    `both sides had changed it, and the rule${entry.rule === null ? '' : ` “${entry.rule}”`} decided`,
  create: (entry) => `the ticket was created from ${sideNames[entry.from]}`,
  person: () => 'a person decided it in Casebridge',
  'found-landed': () => 'the answer to that write was lost, and the value was found there later',
};

/** “Why does it say that?” in one sentence. `when` is the moment as the reader's clock has it. */
export function why(entry: HistoryEntry, when: string): string {
  const value = entry.valueName ?? plainValue(entry.value);
  const says = value === '' ? 'is empty' : `says “${value.length > 80 ? `${value.slice(0, 79)}…` : value}”`;
  const who = entry.by === null ? '' : `, where ${entry.byName ?? entry.by} had set it`;
  const because = reasons[entry.because]?.(entry) ?? entry.because;
  return `${entry.label} in ${sideNames[entry.to]} ${says} because Casebridge carried it from ${sideNames[entry.from]}${who}, ${when}: ${because} (run ${entry.runId}).`;
}

/** An address that may be opened: https, or http on this machine. Null for any other, such as `javascript:`. */
export function safeUrl(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && here) ? url.href : null;
}

const fates: Readonly<Record<string, string>> = {
  missing: 'does not show its record: deleted, or hidden from our user',
  deleted: 'deleted its record',
  merged: 'merged its record into another',
  'out-of-scope': 'moved its record out of scope',
};

/** What was seen of the two records' life, in a sentence. */
export function lifeText(life: Readonly<Record<string, unknown>>): string {
  const side = sides.find((one) => one === life['side']);
  const fate = typeof life['kind'] === 'string' && Object.hasOwn(fates, life['kind']) ? fates[life['kind']] : undefined;
  if (side === undefined || fate === undefined) return 'One of its records is not where it was.';
  const into = typeof life['into'] === 'string' ? ` (${life['into']})` : '';
  return `${sideNames[side]} ${fate}${into}.`;
}
