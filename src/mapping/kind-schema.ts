import { z } from 'zod';
import { conditionSchema } from './condition-schema.ts';
import { parseTemplate } from './template.ts';

const side = z.enum(['servicenow', 'salesforce']);
const said = z.string().min(1, 'is empty').max(255, 'is too long');
const limit = z.int().min(2, 'must be at least 2').max(1_000_000, 'is more than any text field holds');
const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'is no field name: letters, digits and _ only');

/** Text with places for fields; what is wrong in it is said in its own words. */
const template = z.string().check(({ value, issues }) => {
  const parsed = parseTemplate(value);
  if (!parsed.ok) issues.push({ code: 'custom', input: value, message: parsed.problem });
});

/** What a field's values must meet to leave a side. */
export const whenSchema = z.strictObject({
  servicenow: conditionSchema.exactOptional(),
  salesforce: conditionSchema.exactOptional(),
});

/** What every field may have, whatever its kind. */
export const everyKind = {
  name: z.string().min(1, 'is empty').exactOptional(),
  conflict: z.enum(['servicenow', 'salesforce', 'latest', 'manual']).exactOptional(),
  sensitive: z.literal(true, 'must be `true`, or left out').exactOptional(),
  when: whenSchema.exactOptional(),
};

const bothFields = { servicenow: fieldName, salesforce: fieldName, ...everyKind };
const oneWay = { writes: z.enum(['both', 'servicenow', 'salesforce']).exactOptional() };
const otherwise = z
  .union([said, z.strictObject({ servicenow: said.exactOptional(), salesforce: said.exactOptional() })], {
    error: 'must be `keep`, `empty`, a value, or `{ servicenow, salesforce }` of them',
  })
  .exactOptional();
const bySide = <T extends z.ZodType>(of: T) =>
  z.strictObject({ servicenow: of.exactOptional(), salesforce: of.exactOptional() });

const key = z.union(
  [
    z.enum(['email', 'userName', 'name', 'employeeNumber']),
    z.strictObject({ servicenow: fieldName, salesforce: fieldName }),
  ],
  {
    error: 'must be `email`, `userName`, `name`, `employeeNumber` or `{ servicenow, salesforce }` with two field names',
  },
);

const counterparts = {
  ...bothFields,
  ...oneWay,
  in: bySide(fieldName).exactOptional(),
  by: z.array(key).min(1, 'names no key').exactOptional(),
  table: z.array(z.strictObject({ servicenow: said, salesforce: said })).exactOptional(),
  otherwise,
};

const person = z.strictObject({
  kind: z.literal('person'),
  ...counterparts,
  brings: bySide(z.record(fieldName, fieldName)).exactOptional(),
});

const team = z.strictObject({ kind: z.literal('team'), ...counterparts });

const choices = z.strictObject({
  kind: z.literal('choices'),
  ...bothFields,
  ...oneWay,
  map: z
    .array(z.tuple([said, said], 'must be a pair of values: ServiceNow’s and Salesforce’s'))
    .min(1, 'names no value'),
  otherwise,
});

const templateField = z.strictObject({
  kind: z.literal('template'),
  ...everyKind,
  to: side,
  field: fieldName,
  text: template,
  limit: limit.exactOptional(),
});

const html = z.strictObject({
  kind: z.literal('html'),
  ...bothFields,
  ...oneWay,
  on: side,
  limits: z.strictObject({ servicenow: limit, salesforce: limit }),
});

const date = z.strictObject({
  kind: z.literal('date'),
  ...bothFields,
  ...oneWay,
  as: bySide(z.enum(['time', 'day'])).exactOptional(),
  zone: z.string().refine(isZone, 'is no time zone; write one such as `Europe/Lisbon` or `UTC`').exactOptional(),
});

const number = z.strictObject({
  kind: z.literal('number'),
  ...bothFields,
  ...oneWay,
  decimals: z.int().min(0, 'must be at least 0').max(10, 'must be at most 10').exactOptional(),
});

const boolean = z.strictObject({
  kind: z.literal('boolean'),
  ...bothFields,
  ...oneWay,
  words: bySide(z.tuple([said, said], 'must be two words: for yes and for no')).exactOptional(),
});

const constant = z.strictObject({
  kind: z.literal('constant'),
  ...everyKind,
  to: side,
  field: fieldName,
  value: z.union([z.string().min(1, 'is empty'), z.number(), z.boolean()], {
    error: 'must be a text, a number, `true` or `false`, and not empty',
  }),
  set: z.enum(['create', 'always']).exactOptional(),
});

const converter = z.custom<(value: unknown) => unknown>((value) => typeof value === 'function', 'must be a function');
const functionField = z
  .strictObject({
    kind: z.literal('function'),
    ...bothFields,
    toServiceNow: converter.exactOptional(),
    toSalesforce: converter.exactOptional(),
  })
  .check(({ value, issues }) => {
    if (value.toServiceNow !== undefined || value.toSalesforce !== undefined) return;
    issues.push({ code: 'custom', input: value, path: [], message: 'needs `toServiceNow`, `toSalesforce` or both' });
  });

/** The later kinds of fields, for the union of all kinds. */
export const moreKinds = [
  person,
  team,
  choices,
  templateField,
  html,
  date,
  number,
  boolean,
  constant,
  functionField,
] as const;

/** A transition of a pair. */
export const transitionSchema = z.strictObject({
  on: side.exactOptional(),
  field: fieldName,
  to: z.array(said).min(1, 'names no value'),
  set: z.record(fieldName, template),
});

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
