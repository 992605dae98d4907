import { MappingFault } from '../core/mapping-fault.ts';
import type { FieldValue } from '../core/record.ts';
import type { Carried, CarryInput } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import type { FunctionField } from './field-kinds.ts';
import { textOf } from './text-rule.ts';

/** Runs a function of the mapping file and ends it when it takes too long; throws TookTooLong then, or what the function throws. */
export type Guard = (work: () => unknown) => unknown;

/** Thrown by a Guard. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** The converter towards `to`; throws MappingFault for whatever the function does but give a value. */
function convert(field: FunctionField & { name?: string }, at: Place, to: Side, value: FieldValue): FieldValue {
  const work = to === 'servicenow' ? field.toServiceNow : field.toSalesforce;
  if (work === undefined) return value;
  const fault = (why: MappingFault['why'], said: string, cause?: unknown): MappingFault =>
    new MappingFault({ pair: at.pair, field: at.field, why, said }, { cause });
  let result: unknown;
  try {
    result = at.guard(() => work(value));
  } catch (error) {
    if (error instanceof TookTooLong) throw fault('took-too-long', '', error);
    throw fault('threw', sayingOf(error), error);
  }
  if (result === null || typeof result === 'string' || typeof result === 'boolean') return result;
  if (typeof result === 'number' && Number.isFinite(result)) return result;
  throw fault('no-value', result instanceof Promise ? 'a promise' : typeof result);
}

/** Whatever a function throws may itself throw when it is looked at. */
function sayingOf(error: unknown): string {
  try {
    return (error instanceof Error ? error.message : String(error)).slice(0, 300);
  } catch {
    return 'something that cannot be shown';
  }
}

export interface Place {
  readonly pair: string;
  readonly field: string;
  readonly guard: Guard;
}

/** One direction gives the other side's value. */
export function functionAgrees(field: FunctionField, at: Place, values: Readonly<Record<Side, FieldValue>>): boolean {
  const { servicenow, salesforce } = values;
  if (field.toSalesforce !== undefined && same(convert(field, at, 'salesforce', servicenow), salesforce)) return true;
  return field.toServiceNow !== undefined && same(convert(field, at, 'servicenow', salesforce), servicenow);
}

export function carryByFunction(field: FunctionField, at: Place, { to, value, target }: CarryInput): Carried {
  const converted = convert(field, at, to, value);
  if (target !== undefined && same(converted, target)) return { kind: 'keep' };
  return { kind: 'write', value: converted === '' ? null : converted };
}

/** The sides that such a field writes. */
export function writesOfFunction(field: FunctionField): 'both' | Side {
  if (field.toServiceNow === undefined) return 'salesforce';
  return field.toSalesforce === undefined ? 'servicenow' : 'both';
}

function same(a: FieldValue, b: FieldValue): boolean {
  return textOf(a) === textOf(b);
}
