import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brakeOnCreates } from '../../src/core/brake.ts';
import type { Base } from '../../src/core/link.ts';
import type { FieldConflict, LinkPlan, LinkView } from '../../src/core/plan.ts';
import { planLink } from '../../src/core/plan-link.ts';
import type { Fields, FieldValue } from '../../src/core/record.ts';
import type { ConflictRule, PairRules } from '../../src/core/rules.ts';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import { defaultFields } from '../../src/mapping/default-config.ts';
import type { BasicField, PairConfig } from '../../src/mapping/define-config.ts';
import { normalText } from '../../src/mapping/text-form.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { mirrored, rulesOf, settleMs, startedAt, World } from './world.ts';

/** What a property does to the world. Text carries a running number, so that every edit can be told from every other. */
type Step =
  | { readonly do: 'edit'; readonly side: Side; readonly fields: Fields }
  /** Types before or behind the text that is there, in front of a cut's `…`. */
  | { readonly do: 'retouch'; readonly side: Side; readonly where: 'before' | 'behind' | 'shorter' }
  | { readonly do: 'sync' }
  | { readonly do: 'crash'; readonly after: readonly Side[] }
  | { readonly do: 'wait' };

const tokens = Array.from({ length: 40 }, (_, n) => `w${n}🚒`);
const long = tokens.join(' ');
const subject = fc.oneof(
  fc.nat(9).map((n) => `short ${n}`),
  fc.nat(9).map((n) => `${n} ${long}`),
  fc.nat(9).map((n) => `${n} ${long.slice(0, 150)}…`),
  fc.constantFrom('  blanks  ', 'line\r\nend\r\n', 'e\u0301', null),
);
const edits: Readonly<Record<Side, fc.Arbitrary<Fields>>> = {
  servicenow: fc.oneof(
    subject.map((short_description) => ({ short_description })),
    fc.constantFrom('1', '2', '3', '6', '7').map((state) => ({ state })),
    fc.constantFrom('1', '2', '3').map((urgency) => ({ urgency })),
    fc.constantFrom('phone', 'email', 'walk-in').map((contact_type) => ({ contact_type })),
  ),
  salesforce: fc.oneof(
    subject.map((Subject) => ({ Subject })),
    fc.constantFrom('New', 'Working', 'Escalated', 'Closed', 'Waiting').map((Status) => ({ Status })),
    fc.constantFrom('High', 'Medium', 'Low').map((Priority) => ({ Priority })),
    fc.constantFrom('Phone', 'Email', 'Chat').map((Origin) => ({ Origin })),
    fc.constantFrom('INC0010042', 'typed over').map((ServiceNow_Number__c) => ({ ServiceNow_Number__c })),
  ),
};
const retouch = fc.record({
  do: fc.constant('retouch' as const),
  side: fc.constantFrom(...sides),
  where: fc.constantFrom('before' as const, 'behind' as const, 'shorter' as const),
});
const edit = fc
  .constantFrom(...sides)
  .chain((side) => edits[side].map((fields): Step => ({ do: 'edit', side, fields })));
const calm = fc.oneof(
  { weight: 4, arbitrary: edit },
  { weight: 1, arbitrary: retouch },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'sync' }) },
);
const stormy = fc.oneof(
  { weight: 5, arbitrary: edit },
  { weight: 2, arbitrary: retouch },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'sync' }) },
  { weight: 2, arbitrary: fc.subarray([...sides]).map((after): Step => ({ do: 'crash', after })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'wait' }) },
);
const conflictRule = fc.constantFrom<ConflictRule>('servicenow', 'salesforce', 'latest', 'manual');

/** A value in its normal form: blanks and line ends are no news. */
function key(side: Side, field: string, value: FieldValue): string {
  return `${side} ${field} ${normalText(String(value))}`;
}

/** A world that remembers, beside what the store would, every value that a person may fairly call known across. */
class Watched extends World {
  readonly known = new Set<string>();
  readonly lost: string[] = [];
  private typed = 0;

  constructor(rules: ConflictRule | PairRules) {
    super({ rules: typeof rules === 'string' ? rulesOf({ conflict: rules }) : rules });
    this.remember();
  }

  override save(side: Side, fields: Fields, by: string): void {
    if (by === 'casebridge') for (const [field, value] of Object.entries(fields)) this.watch(side, field, value);
    super.save(side, fields, by);
  }

  /** A value that we were about to write is known across, whoever then put it there. */
  override sync(crash?: { readonly after: readonly Side[] }): LinkPlan {
    const plan = super.sync(crash);
    if (plan.kind !== 'write') return plan;
    for (const write of plan.writes) {
      for (const [field, value] of Object.entries(write.fields)) this.learn(write.on, field, value);
    }
    return plan;
  }

  private watch(side: Side, field: string, value: FieldValue): void {
    const rule = this.rules.fields.find((candidate) => candidate.fields[side] === field);
    const old = this.field(side, field) ?? null;
    this.learn(side, field, value);
    if (rule === undefined || old === null) return;
    // More of the same text behind a cut: everything that was shown still is.
    const shown = normalText(String(old));
    if (shown.endsWith('…') && normalText(String(value)).startsWith(shown.slice(0, -1))) return;
    const noted = this.noted.some(
      (conflict) => conflict.field === rule.name && rule.same(side, conflict.values[side], old),
    );
    if (!noted && !this.known.has(key(side, field, old))) this.lost.push(key(side, field, old));
  }

  private learn(side: Side, field: string, value: FieldValue): void {
    this.known.add(key(side, field, value));
  }

  /** What both sides agreed on is known on both. */
  remember(): void {
    for (const side of sides) {
      for (const [field, value] of Object.entries(this.link.bases[side].fields)) this.learn(side, field, value);
    }
  }

  private retouch(side: Side, where: 'before' | 'behind' | 'shorter'): void {
    const field = side === 'servicenow' ? 'short_description' : 'Subject';
    const text = String(this.field(side, field) ?? '');
    const cut = text.endsWith('…');
    const body = cut ? text.slice(0, -1) : text;
    this.typed += 1;
    const words = { before: `t${this.typed} ${body}`, behind: `${body} t${this.typed}`, shorter: body }[where].split(
      ' ',
    );
    if (where === 'shorter') words.pop();
    const limit = side === 'servicenow' ? 160 : 255;
    let dropped = false;
    for (; words.join(' ').length >= limit; dropped = true) words.pop();
    this.put(side, { [field]: (cut || dropped ? `${words.join(' ')}…` : words.join(' ')) || null });
  }

  play(steps: readonly Step[]): this {
    for (const step of steps) {
      if (step.do === 'retouch') this.retouch(step.side, step.where);
      if (step.do === 'edit') this.put(step.side, step.fields);
      if (step.do === 'wait') this.now += settleMs;
      if (step.do === 'sync') this.sync();
      if (step.do === 'crash') this.sync({ after: step.after });
      this.remember();
    }
    return this;
  }
}

const runs = { numRuns: 1_000 };

describe('whatever people edit, and wherever the process dies', () => {
  it('S1: the sides converge, but for fields that are held with a reason', () => {
    fc.assert(
      fc.property(conflictRule, fc.array(stormy, { maxLength: 25 }), (rule, steps) => {
        const world = new Watched(rule).play(steps);
        world.quiet();
        const held = new Set(world.link.holds.map((hold) => hold.field));
        expect(world.apart().filter((name) => !held.has(name))).toEqual([]);
        for (const field of world.rules.fields) {
          if (held.has(field.name)) continue;
          for (const side of sides) {
            const base = world.link.bases[side].fields[field.fields[side]] ?? null;
            expect(field.same(side, base, world.field(side, field.fields[side]) ?? null)).toBe(true);
          }
        }
      }),
      runs,
    );
  });

  it('S2: once quiet, the next runs write nothing, note nothing and store nothing', () => {
    fc.assert(
      fc.property(conflictRule, fc.array(stormy, { maxLength: 25 }), (rule, steps) => {
        const world = new Watched(rule).play(steps);
        world.quiet();
        const noted = world.noted.length;
        for (let run = 0; run < 3; run += 1) {
          world.now += 60_000;
          expect(world.sync()).toMatchObject({ kind: 'agree', moved: false });
        }
        expect(world.noted).toHaveLength(noted);
      }),
      runs,
    );
  });

  it('S2: a handful of writes is always enough', () => {
    fc.assert(
      fc.property(conflictRule, fc.array(stormy, { maxLength: 25 }), (rule, steps) => {
        expect(new Watched(rule).play(steps).quiet()).toBeLessThanOrEqual(3);
      }),
      runs,
    );
  });

  it('S3: a value that only one side changed arrives, or is held', () => {
    fc.assert(
      fc.property(conflictRule, fc.array(calm, { maxLength: 10 }), edit, (rule, steps, last) => {
        const world = new Watched(rule).play(steps);
        world.quiet();
        if (last.do !== 'edit') return;
        const [field, value] = Object.entries(last.fields)[0] ?? ['', null];
        const changed = world.rules.fields.find((candidate) => candidate.fields[last.side] === field);
        if (changed === undefined || changed.writes === last.side) return;
        const waited = world.link.holds.some((hold) => hold.field === changed.name);
        world.play([last]).quiet();
        if (waited || world.link.holds.some((hold) => hold.field === changed.name)) return;
        expect(world.apart()).not.toContain(changed.name);
        // The side it was made on still holds it; a cut text shows more or less of its tail.
        const kept = changed.same(last.side, world.field(last.side, field) ?? null, value);
        expect(kept || String(value).endsWith('…')).toBe(true);
      }),
      runs,
    );
  });

  it('S5: nothing is overwritten that was neither known across nor noted first', () => {
    fc.assert(
      fc.property(conflictRule, fc.array(stormy, { maxLength: 30 }), (rule, steps) => {
        const world = new Watched(rule).play(steps);
        world.quiet();
        expect(world.lost).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('S5: the tail behind a cut text is neither lost nor doubled', () => {
    fc.assert(
      fc.property(conflictRule, fc.array(stormy, { maxLength: 25 }), (rule, steps) => {
        const whole = steps.filter(
          (step) => step.do !== 'edit' || !('short_description' in step.fields || 'Subject' in step.fields),
        );
        const world = new Watched(rule).play([
          { do: 'edit', side: 'salesforce', fields: { Subject: long } },
          { do: 'sync' },
          ...whole,
        ]);
        world.quiet();
        const words = String(world.field('salesforce', 'Subject')).split(' ');
        expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('S6: a crash leaves work to repeat, and the end is the same as without it where nobody edits in between', () => {
    fc.assert(
      fc.property(conflictRule, fc.array(calm, { maxLength: 12 }), fc.subarray([...sides]), (rule, steps, after) => {
        const smooth = new Watched(rule).play(steps);
        const crashed = new Watched(rule).play(steps).play([{ do: 'crash', after }, { do: 'wait' }]);
        smooth.quiet();
        crashed.quiet();
        for (const side of sides) expect(crashed.records[side].fields).toEqual(smooth.records[side].fields);
      }),
      runs,
    );
  });

  it('S10: no batch over the threshold creates anything without consent', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        (created, adding, max) => {
          const stopped = brakeOnCreates({ created, adding, max, consent: false }).kind === 'stop';
          expect(stopped).toBe(created + adding > max);
          expect(brakeOnCreates({ created, adding, max, consent: true })).toEqual({ kind: 'go' });
        },
      ),
    );
  });
});

/** The same mapping seen in a mirror. Companions are ServiceNow's alone, and so left out. */
function mirrorField(field: BasicField): BasicField {
  const { servicenow, salesforce } = field;
  const swapped = { servicenow: salesforce, salesforce: servicenow, name: field.name ?? servicenow };
  switch (field.kind) {
    case 'text':
      return { ...field, ...swapped, limits: mirrored(field.limits) };
    case 'classes':
      return {
        ...field,
        ...swapped,
        classes: field.classes.map((entry) => ({
          ...entry,
          servicenow: entry.salesforce,
          salesforce: entry.servicenow,
        })),
      };
    case 'shown':
      return { ...field, ...swapped, from: otherSide(field.from) };
    case 'same':
      return { ...field, ...swapped };
  }
}

function mirrorConflict(conflict: FieldConflict): FieldConflict {
  const { rule, winner } = conflict;
  return {
    ...conflict,
    rule: rule === 'servicenow' || rule === 'salesforce' ? otherSide(rule) : rule,
    base: mirrored(conflict.base),
    values: mirrored(conflict.values),
    versions: mirrored(conflict.versions),
    writers: mirrored(conflict.writers),
    winner: winner === null ? null : otherSide(winner),
    dates: conflict.dates === null ? null : mirrored(conflict.dates),
  };
}

function mirrorView(view: LinkView): LinkView {
  const turn = (side: Side): Side => otherSide(side);
  const record = (side: Side): LinkView['now'][Side] => ({ ...view.now[turn(side)], side });
  return {
    ...view,
    link: {
      ...view.link,
      ids: mirrored(view.link.ids),
      bases: mirrored(view.link.bases),
      origin: turn(view.link.origin),
      holds: view.link.holds.map(({ field, reason }) => ({
        field,
        reason: 'side' in reason ? { ...reason, side: turn(reason.side) } : reason,
      })),
      hops: view.link.hops.map((entry) => (entry.to === undefined ? entry : { ...entry, to: turn(entry.to) })),
    },
    now: { servicenow: record('servicenow'), salesforce: record('salesforce') },
    pending: view.pending.map((write) => ({ ...write, side: turn(write.side) })),
    ...(view.openValues === undefined
      ? {}
      : {
          openValues: Object.fromEntries(
            Object.entries(view.openValues).map(([field, values]) => [field, mirrored(values)]),
          ),
        }),
    dates: Object.fromEntries(Object.entries(view.dates).map(([field, dates]) => [field, mirrored(dates)])),
  };
}

function rulesOfConfig(config: PairConfig): PairRules {
  return buildPairRules(config, { startedAt });
}

/** Brings a plan into a form that can be compared, mirrored or not. */
function essence(plan: LinkPlan, mirror: boolean): unknown {
  if (plan.kind === 'wait') return plan;
  const turn = (side: Side): Side => (mirror ? otherSide(side) : side);
  const bases: Readonly<Record<Side, Base>> = mirror ? mirrored(plan.bases) : plan.bases;
  const byField = (a: { readonly field: string }, b: { readonly field: string }): number =>
    a.field.localeCompare(b.field);
  const common = {
    bases,
    holds: plan.holds
      .map(({ field, reason }) => ({
        field,
        reason: 'side' in reason ? { ...reason, side: turn(reason.side) } : reason,
      }))
      .toSorted(byField),
    conflicts: (mirror ? plan.conflicts.map(mirrorConflict) : plan.conflicts).toSorted(byField),
  };
  if (plan.kind === 'agree') return { ...common, moved: plan.moved };
  return {
    ...common,
    writes: plan.writes.map((write) => ({ ...write, on: turn(write.on) })).toSorted((a, b) => a.on.localeCompare(b.on)),
    moves: plan.moves
      .map((move) => ({ ...move, from: turn(move.from), to: turn(move.to) }))
      .toSorted((a, b) => `${a.field} ${a.to}`.localeCompare(`${b.field} ${b.to}`)),
  };
}

describe('the mirror (S4)', () => {
  it('swapping sides and rules swaps the plan', () => {
    const plain = defaultFields.map((field) => ({ ...field, name: field.name ?? field.servicenow }));
    const config = (fields: readonly BasicField[], conflict: ConflictRule, tieBreak: Side): PairConfig => ({
      name: 'm',
      servicenow: { table: 'incident' },
      salesforce: { object: 'Case' },
      fields,
      conflict,
      tieBreak,
    });
    fc.assert(
      fc.property(
        conflictRule,
        fc.constantFrom(...sides),
        fc.array(stormy, { maxLength: 15 }),
        (conflict, tieBreak, steps) => {
          const turned = conflict === 'servicenow' || conflict === 'salesforce' ? otherSide(conflict) : conflict;
          const rules = rulesOfConfig(config(plain, conflict, tieBreak));
          const mirror = rulesOfConfig(config(plain.map(mirrorField), turned, otherSide(tieBreak)));
          const world = new Watched(rules).play(steps);
          const { plan, view } = world.plan();
          const other = planLink(mirrorView(view), mirror, { now: world.time(), settleMs }).plan;
          expect(essence(other, true)).toEqual(essence(plan, false));
        },
      ),
      runs,
    );
  });
});
