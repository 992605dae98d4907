import { z } from 'zod';
import type { ObjectDescription } from '../connectors/ticket-system.ts';
import { fieldsOfMatch, type MatchRules } from '../core/match/rules.ts';
import { bothSides, type Side, sides } from '../core/side.ts';

/** Two fields whose values are the same for the same ticket. */
export interface MatchField {
  readonly servicenow: string;
  readonly salesforce: string;
  /** `exact` by default; `ignoreCase` takes `inc1` for `INC1`. */
  readonly compare?: 'exact' | 'ignoreCase';
}

/** How tickets that were on both desks before Casebridge are recognised as one. Our own stamp is always looked for first. */
export interface MatchConfig {
  /** `servicenow`: the field there that holds the number of the Case. `salesforce`: the field there that holds the incident's. */
  readonly byNumber?: Readonly<Partial<Record<Side, string>>>;
  /** Tried in order. Tickets match if all fields of `on` are equal and none is empty; put the most telling field first. */
  readonly rules?: readonly {
    readonly name: string;
    readonly on: readonly [MatchField, ...MatchField[]];
    /** Links where the match is the only one on both sides; else a person is asked. */
    readonly then?: 'link';
  }[];
  /**
   * Tickets of one caller with titles alike, created at about the same time: `off` (default), `propose-and-wait` shows them to a
   * person and creates nothing meanwhile, `propose-and-create` shows them and creates all the same. Never linked by likeness alone.
   */
  readonly near?: 'off' | 'propose-and-wait' | 'propose-and-create';
  readonly alike?: {
    /** Default: `short_description` and `Subject`. */
    readonly title?: { readonly servicenow: string; readonly salesforce: string };
    /** E-mail of the caller; default `caller_id.email` and `ContactEmail`. */
    readonly caller?: { readonly servicenow: string; readonly salesforce: string };
    /** Most hours between the two creations; default 48. */
    readonly withinHours?: number;
    /** How much of the words of both titles must be shared, above 0 to 1; default 0.6. */
    readonly likeness?: number;
  };
}

const path = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,4}$/, 'is no field name: letters, digits, _ and dots only');
const both = { servicenow: path, salesforce: path };

/** The shape of `match` in a mapping file. */
export const matchSchema = z.strictObject({
  byNumber: z.strictObject({ servicenow: path.exactOptional(), salesforce: path.exactOptional() }).exactOptional(),
  rules: z
    .array(
      z.strictObject({
        name: z.string().min(1, 'is empty').max(100, 'is too long'),
        on: z
          .array(z.strictObject({ ...both, compare: z.enum(['exact', 'ignoreCase']).exactOptional() }))
          .min(1, 'names no field'),
        // eslint-disable-next-line unicorn/no-thenable -- the word of the mapping file
        then: z.literal('link').exactOptional(),
      }),
    )
    .exactOptional(),
  near: z.enum(['off', 'propose-and-wait', 'propose-and-create']).exactOptional(),
  alike: z
    .strictObject({
      title: z.strictObject(both).exactOptional(),
      caller: z.strictObject(both).exactOptional(),
      withinHours: z.number().positive('must be more than 0').exactOptional(),
      likeness: z.number().positive('must be more than 0').max(1, 'must be at most 1').exactOptional(),
    })
    .exactOptional(),
});

type Objects = Readonly<Partial<Record<Side, ObjectDescription>>>;

/** The rules that core works by; undefined where the mapping says nothing of it. */
export function matchRules(
  config: MatchConfig | undefined,
  objects: Objects,
  names: Readonly<Record<Side, string>>,
): MatchRules | undefined {
  if (config === undefined) return undefined;
  const { near = 'off', alike = {} } = config;
  return {
    numbers: bothSides((side) => objects[side]?.numberField ?? usualNumber(side, names[side])),
    byNumber: config.byNumber ?? {},
    rules: (config.rules ?? []).map((rule) => ({
      name: rule.name,
      on: rule.on.map(({ servicenow, salesforce, compare }) => ({
        fields: { servicenow, salesforce },
        ignoreCase: compare === 'ignoreCase',
      })),
    })),
    near:
      near === 'off'
        ? null
        : {
            creates: near === 'propose-and-wait' ? 'wait' : 'go',
            title: alike.title ?? { servicenow: 'short_description', salesforce: 'Subject' },
            caller: alike.caller ?? { servicenow: 'caller_id.email', salesforce: 'ContactEmail' },
            withinMs: (alike.withinHours ?? 48) * 3_600_000,
            likeness: alike.likeness ?? 0.6,
          },
  };
}

/** Every custom object has a Name; what a standard one is called by, the live metadata says. */
function usualNumber(side: Side, object: string): string {
  if (side === 'servicenow') return 'number';
  return object === 'Case' ? 'CaseNumber' : 'Name';
}

/** Native fields of a side that have to be read for matching. */
export function matchFields(config: MatchConfig | undefined, side: Side): readonly string[] {
  const rules = matchRules(config, {}, { servicenow: '', salesforce: '' });
  return rules === undefined ? [] : fieldsOfMatch(rules, side);
}

/** Where in `match` each native field of a side is named. */
export function matchPlaces(
  config: MatchConfig,
): readonly { readonly where: string; readonly side: Side; readonly field: string }[] {
  return sides.flatMap((side) => [
    ...(config.byNumber?.[side] === undefined
      ? []
      : [{ where: `byNumber.${side}`, side, field: config.byNumber[side] }]),
    ...(config.rules ?? []).flatMap((rule, index) =>
      rule.on.map((term, at) => ({ where: `rules[${index}].on[${at}].${side}`, side, field: term[side] })),
    ),
    ...(['title', 'caller'] as const).flatMap((part) => {
      const near = matchRules(config, {}, { servicenow: '', salesforce: '' })?.near ?? null;
      return near === null ? [] : [{ where: `alike.${part}.${side}`, side, field: near[part][side] }];
    }),
  ]);
}
