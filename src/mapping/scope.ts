import type { SourceRecord } from '../core/record.ts';
import { classOf } from './class-rule.ts';
import type { PairConfig } from './define-config.ts';

/** Where the first poll starts, ISO 8601: the start point, or the epoch where everything is wanted. */
export function startsAt(config: PairConfig, startedAt: string): string {
  const from = config.sync?.from ?? startedAt;
  return new Date(from === 'all' ? 0 : from).toISOString();
}

/**
 * True for a record created at or after the start point, or changed at or after it while open. A pair whose mapping knows no
 * closing class takes every changed record for open.
 */
export function inScope(record: SourceRecord, config: PairConfig, startedAt: string): boolean {
  const from = config.sync?.from ?? startedAt;
  if (from === 'all') return true;
  const start = Date.parse(from);
  if (Date.parse(record.createdAt) >= start) return true;
  return Date.parse(record.version.stamp) >= start && !isClosed(record, config);
}

function isClosed(record: SourceRecord, config: PairConfig): boolean {
  return config.fields.some((field) => {
    if (field.kind !== 'classes' || field.resolveClass === undefined) return false;
    const closing = field.classes[field.resolveClass];
    return closing !== undefined && classOf(field, record.side, record.fields[field[record.side]] ?? null) === closing;
  });
}
