import type { Ticket } from '../core/directory.ts';
import { type Fields, type FieldValue, valueIn } from '../core/record.ts';
import { otherSide, type Side } from '../core/side.ts';
import type { PairConfig } from './define-config.ts';
import type { Transition } from './field-kinds.ts';
import { fieldsOfTemplate, parseTemplate, renderTemplate, type Template } from './template.ts';
import { textOf } from './text-rule.ts';

interface Compiled {
  readonly on: Side;
  readonly field: string;
  readonly to: readonly string[];
  readonly set: readonly (readonly [field: string, template: Template])[];
}

/** What goes out along with a value, and which fields have to be read for that. */
export interface Transitions {
  /** Fields of `on` that go out when `field` takes `value`; those that come out empty are left out. */
  companions(on: Side, field: string, value: FieldValue, records: Ticket['records'] | null): Fields;
  readonly looksAt: Readonly<Record<Side, readonly string[]>>;
  /** True if any text shows fields of the other side's record. */
  readonly showsFields: boolean;
}

/** Takes the pair's transitions apart, once. Expects texts without problems (config-schema). */
export function compileTransitions(config: PairConfig): Transitions {
  const compiled = (config.transitions ?? []).map(compile);
  const looksAt = (side: Side): readonly string[] =>
    compiled.flatMap(({ on, set }) =>
      on === side ? set.map(([field]) => field) : set.flatMap(([, template]) => fieldsOfTemplate(template)),
    );
  return {
    looksAt: { servicenow: looksAt('servicenow'), salesforce: looksAt('salesforce') },
    showsFields: compiled.some(({ set }) => set.some(([, template]) => fieldsOfTemplate(template).length > 0)),
    companions: (on, field, value, records) => {
      const source = records?.[otherSide(on)];
      const entries = compiled
        .filter((one) => one.on === on && one.field === field && one.to.includes(textOf(value)))
        .flatMap(({ set }) =>
          set.map(([name, template]) => [
            name,
            renderTemplate(template, (shown) => (source === undefined ? null : valueIn(source, shown))),
          ]),
        );
      return Object.fromEntries(entries.filter(([, text]) => text !== ''));
    },
  };
}

function compile(transition: Transition): Compiled {
  const set = Object.entries(transition.set).map(([field, text]) => {
    const parsed = parseTemplate(text);
    return [field, parsed.ok ? parsed.template : []] as const;
  });
  return { on: transition.on ?? 'servicenow', field: transition.field, to: transition.to, set };
}
