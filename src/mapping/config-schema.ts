import { z } from 'zod';
import { commentsSchema } from './comments-config.ts';
import { type ConfigProblem, problemOf } from './config-problem.ts';
import type { CasebridgeConfig } from './define-config.ts';
import { filesSchema } from './files-config.ts';
import { everyKind, moreKinds, transitionSchema } from './kind-schema.ts';
import { lifeSchema, scopeSchema } from './life-config.ts';
import { matchSchema } from './match-config.ts';
import { checkOverlaps } from './overlaps.ts';
import { parentSchema } from './parent-rule.ts';

const side = z.enum(['servicenow', 'salesforce']);
const rule = z.enum(['servicenow', 'salesforce', 'latest', 'manual']);
const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'is no field name: letters, digits and _ only');
const values = z.array(z.string().min(1, 'is empty')).min(1, 'names no value');
const limit = z.int().min(2, 'must be at least 2').max(1_000_000, 'is more than any text field holds');

const everyField = {
  servicenow: fieldName,
  salesforce: fieldName,
  ...everyKind,
};

const textField = z.strictObject({
  kind: z.literal('text'),
  ...everyField,
  limits: z.strictObject({ servicenow: limit, salesforce: limit }),
});

const classEntry = z.strictObject({
  servicenow: values,
  salesforce: values,
  locked: z.array(z.string()).exactOptional(),
});

const classField = z
  .strictObject({
    kind: z.literal('classes'),
    ...everyField,
    classes: z.array(classEntry).min(1, 'names no class'),
    others: z.enum(['hold', 'ignore']).exactOptional(),
    reopen: z.enum(['hold', 'followUp']).exactOptional(),
    resolveClass: z.int().min(0, 'is no class: they are counted from 0').exactOptional(),
  })
  .check(({ value, issues }) => {
    const say = (path: (string | number)[], message: string): void => {
      issues.push({ code: 'custom', input: value, path, message });
    };
    for (const one of ['servicenow', 'salesforce'] as const) {
      const seen = new Map<string, number>();
      value.classes.forEach((entry, index) => {
        for (const [at, name] of entry[one].entries()) {
          const first = seen.get(name);
          if (first !== undefined) say(['classes', index, one, at], `\`${name}\` is in class ${first} already`);
          seen.set(name, first ?? index);
        }
      });
    }
    value.classes.forEach((entry, index) => {
      for (const [at, name] of (entry.locked ?? []).entries()) {
        if (entry.servicenow.includes(name) || entry.salesforce.includes(name)) continue;
        say(['classes', index, 'locked', at], `\`${name}\` is not a value of this class`);
      }
    });
    if (value.resolveClass !== undefined && value.resolveClass >= value.classes.length) {
      say(['resolveClass'], `there is no class ${value.resolveClass}; they are counted from 0`);
    }
  });

const shownField = z.strictObject({
  kind: z.literal('shown'),
  ...everyField,
  from: side,
  optional: z.boolean().exactOptional(),
});

const sameField = z.strictObject({
  kind: z.literal('same'),
  ...everyField,
  writes: z.enum(['both', 'servicenow', 'salesforce']).exactOptional(),
});

const startPoint = z
  .string()
  .refine((text) => text === 'all' || isoDate(text), 'must be a date such as 2026-03-01T00:00:00Z, or `all`');

const pair = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]+$/, 'may hold letters, digits and - only'),
  servicenow: z.strictObject({ table: fieldName }),
  salesforce: z.strictObject({ object: fieldName, recordType: fieldName.exactOptional() }),
  fields: z
    .array(z.discriminatedUnion('kind', [textField, classField, shownField, sameField, ...moreKinds, parentSchema]))
    .min(1, 'maps no field'),
  conflict: rule.exactOptional(),
  tieBreak: side.exactOptional(),
  sync: z.strictObject({ from: startPoint.exactOptional() }).exactOptional(),
  resolve: z
    .strictObject({ closeCode: z.string().min(1, 'is empty'), closeNotes: z.string().min(1, 'is empty') })
    .exactOptional(),
  scope: scopeSchema.exactOptional(),
  match: matchSchema.exactOptional(),
  life: lifeSchema.exactOptional(),
  transitions: z.array(transitionSchema).exactOptional(),
  comments: commentsSchema.exactOptional(),
  files: filesSchema.exactOptional(),
  maxCreatesPerPoll: z.int().min(1, 'must be at least 1').exactOptional(),
});

/** The shape of a mapping file, for values that come from outside the type checker. */
export const configSchema = z
  .strictObject({ pairs: z.array(pair).min(1, 'names no pair') })
  .check(({ value, issues }) => {
    issues.push(...checkOverlaps(value.pairs, value));
  })
  .check(({ value, issues }) => {
    const names = value.pairs.map((one) => one.name);
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      issues.push({
        code: 'custom',
        input: value,
        path: ['pairs', index, 'name'],
        message: `\`${name}\` is taken by another pair`,
      });
    });
  });

export type ParsedConfig =
  | { readonly ok: true; readonly config: CasebridgeConfig }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Checks what a mapping file exports. Every problem comes back at once, with the place and a plain sentence. */
export function parseConfig(value: unknown): ParsedConfig {
  const result = configSchema.safeParse(value);
  if (isConfig(value, result.success)) return { ok: true, config: value };
  return { ok: false, problems: (result.error?.issues ?? []).flatMap((issue) => problemOf(issue, value)) };
}

/** The value itself is kept, not a copy: what the file says is what `defineConfig` typed. */
function isConfig(value: unknown, valid: boolean): value is CasebridgeConfig {
  return valid && typeof value === 'object' && value !== null;
}

function isoDate(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}
