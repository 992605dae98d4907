import { afterWrite, type WriteOutcome } from '../../src/core/read-back.ts';
import type { Link } from '../../src/core/link.ts';
import { newLink } from '../../src/core/new-link.ts';
import type { FieldConflict, LinkPlan, LinkView, PendingWrite, SettledValue } from '../../src/core/plan.ts';
import { planLink } from '../../src/core/plan-link.ts';
import type { Fields, FieldValue, SourceRecord } from '../../src/core/record.ts';
import type { PairRules } from '../../src/core/rules.ts';
import { bothSides, otherSide, type Side, sides } from '../../src/core/side.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import type { PairConfig } from '../../src/mapping/define-config.ts';

export const start = Date.parse('2026-03-02T09:00:00.000Z');
export const settleMs = 75_000;
export const resolve = { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' };
export const startedAt = '2026-03-01T00:00:00.000Z';

/** The default mapping, with anything changed that the test is about. */
export function rulesOf(change: Partial<PairConfig> = {}): PairRules {
  return buildPairRules({ ...defaultPairWith(resolve), ...change }, { startedAt });
}

export const ids: Readonly<Record<Side, string>> = {
  servicenow: '9d385017c611228701d22104cc95c371',
  salesforce: '5005g00001AbCdEAAV',
};

const born: Readonly<Record<Side, Fields>> = {
  servicenow: {
    short_description: 'Printer on fire',
    description: null,
    state: '2',
    urgency: '2',
    contact_type: 'phone',
    number: 'INC0010042',
    close_code: null,
    close_notes: null,
  },
  salesforce: {
    Subject: 'Printer on fire',
    Description: null,
    Status: 'Working',
    Priority: 'Medium',
    Origin: 'Phone',
    ServiceNow_Number__c: 'INC0010042',
  },
};

export function recordOn(side: Side, fields: Fields = {}, more: Partial<SourceRecord> = {}): SourceRecord {
  return {
    side,
    object: side === 'servicenow' ? 'incident' : 'Case',
    id: ids[side],
    number: side === 'servicenow' ? 'INC0010042' : '00001007',
    version: { stamp: new Date(start).toISOString(), count: side === 'servicenow' ? 0 : null },
    createdAt: new Date(start).toISOString(),
    updatedBy: side === 'servicenow' ? 'beth.anglin' : '0055g000003XyZAAA0',
    partnerId: null,
    stampTaken: false,
    ...more,
    fields: { ...born[side], ...fields },
  };
}

/** What a desk's own automation makes of a save. */
export type Automation = (fields: Fields, before: Fields) => Fields;

export interface WorldOptions {
  readonly rules?: PairRules;
  readonly fields?: Partial<Record<Side, Fields>>;
  readonly automation?: Partial<Record<Side, Automation>>;
}

/** Two records, their link and what the store would remember; `sync` is the engine's straight line without the I/O. */
export class World {
  readonly rules: PairRules;
  records: Record<Side, SourceRecord>;
  link: Link;
  pending: readonly PendingWrite[] = [];
  settled: Record<string, { conflictId: string; value: SettledValue }> = {};
  open: Record<string, string> = {};
  openValues: Record<string, Readonly<Record<Side, FieldValue>>> = {};
  noted: FieldConflict[] = [];
  now = start;
  automation: Partial<Record<Side, Automation>>;
  /** When each side's field was edited last by a person: its history. */
  readonly edits = new Map<string, number>();

  constructor(options: WorldOptions = {}) {
    this.rules = options.rules ?? rulesOf();
    this.automation = options.automation ?? {};
    this.records = bothSides((side) => recordOn(side, options.fields?.[side] ?? {}));
    this.link = newLink({
      id: 'L1',
      pair: this.rules,
      records: this.records,
      origin: 'servicenow',
      how: 'adopt',
      at: this.time(),
    });
  }

  time(): string {
    return new Date(this.now).toISOString();
  }

  /** A person edits. */
  put(side: Side, fields: Fields): this {
    this.now += 60_000;
    for (const field of Object.keys(fields)) this.edits.set(`${side} ${field}`, this.now);
    this.save(side, fields, 'person');
    return this;
  }

  save(side: Side, fields: Fields, by: string): void {
    const before = this.records[side];
    const merged = { ...before.fields, ...fields };
    const after = this.automation[side]?.(merged, before.fields) ?? merged;
    // A save that changes nothing bumps nothing (ServiceNow).
    if (Object.keys(after).every((name) => after[name] === before.fields[name])) return;
    this.now += 1_000;
    const count = before.version.count === null ? null : before.version.count + 1;
    this.records[side] = { ...before, fields: after, version: { stamp: this.time(), count }, updatedBy: by };
  }

  view(dated: readonly FieldConflict[] = []): LinkView {
    const { link, pending, settled, open, openValues } = this;
    const dates = Object.fromEntries(
      dated.map((conflict) => [conflict.field, bothSides((side) => this.dateOf(side, conflict.field))]),
    );
    return { link, now: { ...this.records }, pending, settled, open, openValues, dates };
  }

  private dateOf(side: Side, name: string) {
    const field = this.rules.fields.find((rule) => rule.name === name)?.fields[side] ?? name;
    const at = new Date(this.edits.get(`${side} ${field}`) ?? start).toISOString();
    return { earliest: at, latest: at, source: 'history' as const };
  }

  plan(): { plan: LinkPlan; view: LinkView } {
    const at = { now: this.time(), settleMs };
    const first = this.view();
    const { plan, undated } = planLink(first, this.rules, at);
    if (undated.length === 0) return { plan, view: first };
    const view = this.view(undated);
    return { plan: planLink(view, this.rules, at).plan, view };
  }

  /** Plans, notes, writes, records. `crash` stops after the writes to these sides, before anything is recorded. */
  sync(crash?: { readonly after: readonly Side[] }): LinkPlan {
    const { plan, view } = this.plan();
    if (plan.kind === 'wait') return plan;
    this.note(plan.conflicts);
    if (plan.kind === 'agree') {
      this.link = { ...this.link, bases: plan.bases, holds: this.named(plan.holds), hops: plan.hops };
      this.pending = [];
      this.forget(plan);
      return plan;
    }
    this.pending = plan.writes.flatMap((write) =>
      Object.entries(write.fields).map(([field, value]) => ({
        linkId: 'L1',
        side: write.on,
        field,
        value,
        before: view.now[write.on].fields[field] ?? null,
        sentAt: this.time(),
      })),
    );
    const results: Partial<Record<Side, WriteOutcome>> = {};
    for (const write of plan.writes) {
      if (crash !== undefined && !crash.after.includes(write.on)) continue;
      const before = this.records[write.on];
      this.save(write.on, write.fields, 'casebridge');
      results[write.on] = { kind: 'written', record: this.records[write.on], before };
    }
    if (crash !== undefined) return plan;
    const done = afterWrite({ view, rules: this.rules, plan, results });
    this.note(done.conflicts);
    this.link = { ...this.link, bases: done.bases, holds: this.named(done.holds), hops: done.hops };
    this.pending = [];
    this.forget(plan);
    return plan;
  }

  /** The desks refuse what the plan writes, and say so. */
  refuse(): void {
    const { plan, view } = this.plan();
    if (plan.kind !== 'write') throw new Error(`nothing to refuse: ${plan.kind}`);
    this.note(plan.conflicts);
    const results = Object.fromEntries(plan.writes.map((write) => [write.on, { kind: 'failed' } as const]));
    const done = afterWrite({ view, rules: this.rules, plan, results });
    this.link = { ...this.link, bases: done.bases, holds: this.named(done.holds), hops: done.hops };
    this.pending = [];
  }

  private named(holds: Link['holds']): Link['holds'] {
    return holds.map((hold) =>
      hold.reason.kind === 'manual-conflict'
        ? { ...hold, reason: { ...hold.reason, conflictId: this.open[hold.field] ?? '' } }
        : hold,
    );
  }

  private note(conflicts: readonly FieldConflict[]): void {
    for (const conflict of conflicts) {
      this.noted.push(conflict);
      if (conflict.why !== 'waits-for-person') continue;
      this.open[conflict.field] = `C${this.noted.length}`;
      this.openValues[conflict.field] = conflict.values;
    }
  }

  /** Open conflicts whose field no longer waits, and decisions carried out, are settled. */
  private forget(plan: LinkPlan): void {
    if (plan.kind === 'wait') return;
    const waiting = new Set(plan.holds.map((hold) => hold.field));
    for (const field of Object.keys(this.open)) if (!waiting.has(field)) delete this.open[field];
    this.settled = {};
  }

  /** A person decides an open conflict. */
  decide(field: string, value: SettledValue): this {
    this.settled[field] = { conflictId: this.open[field] ?? 'C0', value };
    delete this.open[field];
    return this;
  }

  /** Syncs until nothing is written any more; returns how many runs wrote. */
  quiet(max = 20): number {
    for (let wrote = 0; wrote <= max; wrote += 1) {
      this.now += 10_000;
      const plan = this.sync();
      if (plan.kind === 'wait') this.now += settleMs;
      else if (plan.kind === 'agree') return wrote;
    }
    throw new Error('still writing');
  }

  field(side: Side, name: string): FieldValue | undefined {
    return this.records[side].fields[name];
  }

  /** Rules whose two sides do not hold the same thing. */
  apart(): readonly string[] {
    return this.rules.fields
      .filter((rule) => !rule.agree(bothSides((side) => this.records[side].fields[rule.fields[side]] ?? null)))
      .map((rule) => rule.name);
  }
}

export function mirrored<T>(values: Readonly<Record<Side, T>>): Record<Side, T> {
  return bothSides((side) => values[otherSide(side)]);
}

export { sides };
