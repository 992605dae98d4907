import type { SourceRecord } from '../../core/record.ts';
import { toRecordIfReadable } from './records.ts';
import type { Row } from './wire.ts';

/** A line of a result as a record; null for one that cannot be understood. */
export type ReadLine = (line: Readonly<Record<string, string>>) => SourceRecord | null;

/**
 * Results are CSV, where every value is text and an empty one stands for null (jsforce#640). Values take the form that a query gives
 * them, by the type of their field; what comes through a relationship stays text, which at worst makes a record look changed.
 */
export function rowReader(object: string, wanted: readonly string[], types: ReadonlyMap<string, string>): ReadLine {
  return (line) => {
    const row: Row = { Id: '' };
    for (const [name, text] of Object.entries(line)) row[name] = valueOf(text, types.get(name) ?? 'string');
    return toRecordIfReadable(object, row, wanted);
  };
}

function valueOf(text: string, type: string): unknown {
  if (text === '') return null;
  switch (type) {
    case 'boolean':
      return text === 'true';
    case 'int':
    case 'long':
    case 'double':
    case 'currency':
    case 'percent':
      return Number(text);
    case 'datetime':
      return text.replace(/Z$/, '+0000');
    default:
      return text;
  }
}
