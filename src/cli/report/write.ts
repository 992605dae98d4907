import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FieldValue } from '../../core/record.ts';
import type { Side } from '../../core/side.ts';
import { showValue, visible } from '../../observability/words.ts';
import { onNamedFile } from '../named-file.ts';
import type { Output } from '../output.ts';
import { htmlReport, type Report } from './html.ts';

/** Writes the report where it was asked for, readable by its owner alone: it holds what tickets say. */
export async function writeReport(out: Output, file: string | undefined, report: () => Report): Promise<void> {
  if (file === undefined) return;
  const path = resolve(file);
  await onNamedFile(path, () => writeFile(path, htmlReport(report()), { mode: 0o600 }));
  out.note(`Report written to ${path}.`);
}

/** A value in full, choices by their names. */
export function fullValue(field: string, side: Side, value: FieldValue): string {
  const text = value === null ? '' : String(value);
  return text.length > 50 || /\s{2}|\n/.test(text) ? visible(text) : showValue(field, side, value);
}
