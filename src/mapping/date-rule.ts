import { DateTime } from 'luxon';
import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { DateField } from './field-kinds.ts';
import { textOf } from './text-rule.ts';

/** `time`: a point in time, to the second. `day`: a date without a time, which means another stretch of time in every zone. */
export type DateForm = 'time' | 'day';

export interface DateForms {
  readonly as: Readonly<Record<Side, DateForm>>;
  /** IANA name. */
  readonly zone: string;
}

const dayTypes = new Set(['date', 'glide_date']);

/** What each side holds: as the mapping says, else as its metadata says, else points in time. */
export function dateForms(field: DateField, types: Readonly<Record<Side, string | null>>): DateForms {
  const form = (side: Side): DateForm => field.as?.[side] ?? (dayTypes.has(types[side] ?? '') ? 'day' : 'time');
  return { as: { servicenow: form('servicenow'), salesforce: form('salesforce') }, zone: field.zone ?? 'UTC' };
}

/** The same second; or, where a side holds days, the same day in the field's zone. */
export function datesAgree(forms: DateForms, values: Readonly<Record<Side, FieldValue>>): boolean {
  if (textOf(values.servicenow) === '' && textOf(values.salesforce) === '') return true;
  const servicenow = read(forms, 'servicenow', values.servicenow);
  const salesforce = read(forms, 'salesforce', values.salesforce);
  if (servicenow === null || salesforce === null) return false;
  const days = forms.as.servicenow === 'day' || forms.as.salesforce === 'day';
  return days ? servicenow.toISODate() === salesforce.toISODate() : +servicenow === +salesforce;
}

/** True if two values of one side are one date, however they are written. */
export function datesSame(forms: DateForms, side: Side, a: FieldValue, b: FieldValue): boolean {
  if (textOf(a) === textOf(b)) return true;
  const [x, y] = [read(forms, side, a), read(forms, side, b)];
  return x !== null && y !== null && +x === +y;
}

/** A day becomes its midnight in the zone, unless the target's time lies within that day already. What is no date is held. */
export function carryDate(forms: DateForms, { to, value, target }: CarryInput): Carried {
  const from = otherSide(to);
  if (textOf(value) === '')
    return target !== undefined && textOf(target) === '' ? { kind: 'keep' } : { kind: 'write', value: null };
  const date = read(forms, from, value);
  if (date === null) return { kind: 'hold', reason: { kind: 'no-counterpart', side: from, value: textOf(value) } };
  const values =
    to === 'servicenow'
      ? { servicenow: target ?? null, salesforce: value }
      : { servicenow: value, salesforce: target ?? null };
  if (target !== undefined && datesAgree(forms, values)) return { kind: 'keep' };
  return { kind: 'write', value: written(forms, to, date) };
}

/** To the whole second, which is all that ServiceNow keeps; in the field's zone. Null for what is no date. */
function read(forms: DateForms, side: Side, value: FieldValue): DateTime | null {
  const text = textOf(value);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  // ServiceNow's own form is UTC with display values off; Salesforce writes its offset without a colon.
  const iso = day ? text : text.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  const zoned = /(Z|[+-]\d\d:\d\d)$/i.test(iso);
  const inZone = day || (forms.as[side] === 'day' && !zoned);
  const date = DateTime.fromISO(iso, { zone: inZone ? forms.zone : 'UTC', setZone: false });
  if (!date.isValid || !/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)/.test(text)) return null;
  return date.set({ millisecond: 0 }).setZone(forms.zone);
}

function written(forms: DateForms, to: Side, date: DateTime): string | null {
  if (forms.as[to] === 'day') return date.toISODate();
  const utc = date.toUTC();
  return to === 'servicenow' ? utc.toFormat('yyyy-MM-dd HH:mm:ss') : utc.toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
