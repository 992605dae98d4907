import type { DerivedField } from '../core/derived.ts';
import type { FieldValue } from '../core/record.ts';
import type { FieldRule } from '../core/rules.ts';
import { otherSide, type Side } from '../core/side.ts';
import { valuesAgree } from './same-rule.ts';
import type { ConstantField, TemplateField } from './field-kinds.ts';
import { fieldsOfTemplate, parseTemplate, renderTemplate } from './template.ts';
import { fitText } from './text-form.ts';
import { textOf } from './text-rule.ts';

/** A rule that only ever writes one side, out of a value that the other side's record is made to hold. */
type OneSided = Pick<FieldRule, 'fields' | 'writes' | 'agree' | 'carry'> & { readonly derived: DerivedField };

function fieldsFrom(to: Side, derived: string, field: string): Readonly<Record<Side, string>> {
  return to === 'salesforce' ? { servicenow: derived, salesforce: field } : { servicenow: field, salesforce: derived };
}

/** Text of several fields: its source is a field of that name, filled whenever a record comes in. */
export function templateRule(field: TemplateField, limit: number): OneSided {
  const parsed = parseTemplate(field.text);
  const template = parsed.ok ? parsed.template : [];
  const name = `"${field.text}"`;
  const shown = (value: FieldValue): string => fitText(textOf(value), limit);
  return {
    fields: fieldsFrom(field.to, name, field.field),
    writes: field.to,
    agree: (values) => shown(values[otherSide(field.to)]) === textOf(values[field.to]),
    carry: ({ value, target }) => {
      const text = shown(value);
      if (target !== undefined && textOf(target) === text) return { kind: 'keep' };
      return { kind: 'write', value: text === '' ? null : text };
    },
    derived: {
      name,
      parts: fieldsOfTemplate(template),
      compose: (parts) => {
        const text = renderTemplate(template, (part) => parts[part]);
        return text === '' ? null : text;
      },
    },
  };
}

/** A fixed value. With `create` it is written once, and whatever becomes of it later is right. */
export function constantRule(field: ConstantField): OneSided {
  const name = `"${String(field.value)}"`;
  const once = (field.set ?? 'create') === 'create';
  const agrees = (target: FieldValue): boolean => valuesAgree({ servicenow: String(field.value), salesforce: target });
  return {
    fields: fieldsFrom(field.to, name, field.field),
    writes: field.to,
    agree: (values) => once || agrees(values[field.to]),
    carry: ({ to, target }) => {
      if (target !== undefined && (once || agrees(target))) return { kind: 'keep' };
      return { kind: 'write', value: to === 'servicenow' ? String(field.value) : field.value };
    },
    derived: { name, parts: [], compose: () => field.value },
  };
}
