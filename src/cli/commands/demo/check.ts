import { type CommentTruth, commentTruth } from './comments.ts';
import { type FileTruth, fileTruth } from './files.ts';
import type { Replay } from './replay.ts';
import type { Engine } from '../../../engine/engine.ts';
import { type Drift, verify } from '../../../engine/verify.ts';
import type { CallRecord, Sandbox } from '../../../sandbox/sandbox.ts';

export interface Desks {
  readonly servicenow: Sandbox;
  readonly salesforce: Sandbox;
}

/** What the desks themselves hold at the end, asked without the daemon. */
export interface GroundTruth {
  readonly incidents: number;
  readonly cases: number;
  /** Tickets that more than one ticket across names as its own. */
  readonly duplicates: number;
  /** Tickets that none across names and that name none. */
  readonly alone: number;
  readonly files: FileTruth;
  readonly comments: CommentTruth;
}

/** Pairs up both desks' tickets by their stamps, without a look at our own tables. */
export function groundTruth(desks: Desks, said: Replay['said']): GroundTruth {
  const incidents = desks.servicenow.desk.rows('incident');
  const cases = desks.salesforce.desk.rows('Case');
  const pairs: (readonly [string, string])[] = [
    ...cases.flatMap((row): (readonly [string, string])[] => pairOf(row.fields['ServiceNow_Id__c'], row.id)),
    ...incidents.flatMap((row): (readonly [string, string])[] =>
      row.fields['correlation_display'] === 'Salesforce' ? pairOf(row.id, row.fields['correlation_id']) : [],
    ),
  ];
  const unique = new Set(pairs.map(([incident, twin]) => `${incident} ${twin}`));
  const partners = new Map<string, number>();
  for (const key of unique) for (const id of key.split(' ')) partners.set(id, (partners.get(id) ?? 0) + 1);
  return {
    incidents: incidents.length,
    cases: cases.length,
    duplicates: [...partners.values()].filter((count) => count > 1).length,
    comments: commentTruth(desks, said, pairs),
    files: fileTruth(desks, new Map(pairs.map((pair) => [pair.join(' '), pair])).values()),
    alone: [...incidents, ...cases].filter((row) => !partners.has(row.id)).length,
  };
}

type Cell = string | number | boolean | null | undefined;

function pairOf(incident: Cell, twin: Cell): (readonly [string, string])[] {
  return typeof incident === 'string' && incident !== '' && typeof twin === 'string' && twin !== ''
    ? [[incident, twin]]
    : [];
}

export interface Agreement {
  readonly links: number;
  readonly drift: readonly Drift[];
  /** Comments that our own tables know no counterpart of. */
  readonly unpaired: number;
  readonly openConflicts: number;
  readonly quarantined: number;
}

/** What Casebridge itself says, by reading both sides once more. */
export async function agreement(engine: Engine): Promise<Agreement> {
  const { links, drift, comments } = await verify(engine, {});
  const { conflicts, quarantine } = await engine.store.transaction(async (tx) => ({
    conflicts: await tx.listConflicts({ all: false, limit: 1000 }),
    quarantine: await tx.listQuarantine(1000),
  }));
  const unpaired = comments.reduce((sum, { count }) => sum + count, 0);
  return { links, drift, unpaired, openConflicts: conflicts.length, quarantined: quarantine.length };
}

/** Calls that changed a ticket, or tried to. A composite or batch call counts by what it carries, which its own log does not tell, so versions are compared instead. */
export function versionsOf(desks: Desks): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const row of desks.servicenow.desk.rows('incident')) {
    versions.set(row.id, `${String(row.fields['sys_updated_on'])} ${String(row.fields['sys_mod_count'])}`);
  }
  for (const row of [...desks.salesforce.desk.rows('Case'), ...desks.salesforce.desk.rows('CaseComment')])
    versions.set(row.id, String(row.fields['SystemModstamp']));
  return versions;
}

/** How many tickets differ in version between two looks. */
export function changedSince(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number {
  return [...after].filter(([id, version]) => before.get(id) !== version).length;
}

export function countedCalls(calls: readonly CallRecord[]): number {
  return calls.filter((call) => call.counted).length;
}
