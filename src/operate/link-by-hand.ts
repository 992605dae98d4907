import { formatKey, type Link, type WorkKey } from '../core/link.ts';
import { newLink } from '../core/plan-new.ts';
import type { SourceRecord } from '../core/record.ts';
import { fieldsOf, type PairRules } from '../core/rules.ts';
import { bothSides, type Side, sides } from '../core/side.ts';
import { lockClaims } from '../engine/claims.ts';
import { type Engine, pairOf } from '../engine/engine.ts';
import { dropOver } from '../engine/match/record.ts';
import { bindRules } from '../engine/people/bind.ts';
import type { Tx } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';

/** Two records that a person says are one ticket, by id or number. */
export interface ByHand {
  readonly servicenow: string;
  readonly salesforce: string;
  /** May be left out where there is one pair only. */
  readonly pair?: string;
}

export interface LinkedByHand {
  readonly link: Link;
  /** Fields on which the two differ: the next reconcile decides them by their rules, and keeps what loses. */
  readonly differing: readonly string[];
}

/**
 * Pairs two records that nothing has paired. What they agree on is what they have in common; where they differ, both count as edited.
 * Throws Refused where one of them is not there, is linked, or is being linked; rejects with ConnectorError. `dry` changes nothing.
 */
export async function linkByHand(
  operator: Operator,
  engine: Engine,
  asked: ByHand,
  dry: boolean,
): Promise<LinkedByHand> {
  const pair = pairFor(engine, asked.pair);
  const records = {
    servicenow: await recordOf(engine, pair, 'servicenow', asked.servicenow),
    salesforce: await recordOf(engine, pair, 'salesforce', asked.salesforce),
  };
  const at = timeOf(operator);
  const origin = records.salesforce.createdAt < records.servicenow.createdAt ? 'salesforce' : 'servicenow';
  const [bound = pair] = await bindRules(engine, [{ pair, records }]);
  const link = newLink({ id: engine.ids.next(), pair: bound, records, origin, how: 'adopt', at });
  const differing = bound.fields
    .filter((rule) => !rule.agree(bothSides((side) => records[side].fields[rule.fields[side]] ?? null)))
    .map((rule) => rule.name);
  await operator.store.transaction(async (tx) => {
    await lockClaims(tx, [pair.name], 'link');
    await refuseIfTaken(tx, pair, records);
    if (dry) return;
    await tx.insertLinks([link]);
    await dropOver(tx, [link]);
    await tx.clearQuarantine(newKeys(pair, records).map(formatKey));
    await tx.enqueue([{ kind: 'link', linkId: link.id }]);
  });
  if (!dry) {
    const { servicenow, salesforce } = records;
    await note(operator, 'link.by-hand', link.id, {
      pair: pair.name,
      servicenow: servicenow.number ?? servicenow.id,
      salesforce: salesforce.number ?? salesforce.id,
    });
  }
  return { link, differing };
}

function pairFor(engine: Engine, name: string | undefined): PairRules {
  const known = engine.pairs.map((pair) => pair.name);
  const [first, ...others] = engine.pairs;
  const pair = name === undefined ? (others.length === 0 ? first : undefined) : pairOf(engine, name);
  if (pair === undefined) throw new Refused({ kind: 'no-pair', name: name ?? '', known });
  return pair;
}

async function recordOf(engine: Engine, pair: PairRules, side: Side, search: string): Promise<SourceRecord> {
  const object = pair.objects[side];
  const fields = fieldsOf(pair, side);
  const ids = [search, ...(await idsByNumber(engine, side, object, search))];
  const results = await engine.systems[side].read(object, ids, fields);
  const found = results.flatMap((result) => (result.kind === 'found' ? [result.record] : []));
  const [record] = found;
  if (record !== undefined && new Set(found.map(({ id }) => id)).size === 1) return record;
  const deleted = results.some((result) => result.kind === 'deleted');
  throw new Refused({ kind: 'no-record', side, search, how: deleted ? 'deleted' : 'not-shown' });
}

/** What people call a record, where the desk can look for it. */
async function idsByNumber(engine: Engine, side: Side, object: string, search: string): Promise<readonly string[]> {
  const system = engine.systems[side];
  const field = side === 'servicenow' ? 'number' : object === 'Case' ? 'CaseNumber' : null;
  if (field === null || system.find === undefined) return [];
  const [found] = await system.find([{ object, field, values: [search], fields: [] }]);
  return found?.rows.map((row) => row.id) ?? [];
}

async function refuseIfTaken(tx: Tx, pair: PairRules, records: Readonly<Record<Side, SourceRecord>>): Promise<void> {
  for (const side of sides) {
    const { id, number } = records[side];
    const [link] = await tx.linksBySource(pair.name, side, [id]);
    if (link !== undefined) throw new Refused({ kind: 'record-linked', side, search: number ?? id, link });
    // Another pair of the same table or object counts as well: one ticket never gets two across.
    for (const name of pair.siblings?.[side] ?? []) {
      const [other] = await tx.linksBySource(name, side, [id]);
      if (other !== undefined) throw new Refused({ kind: 'record-linked', side, search: number ?? id, link: other });
    }
    const intents = await tx.intentsByOrigin(pair.name, side, [id]);
    if (intents.length > 0) throw new Refused({ kind: 'record-busy', side, search: number ?? id });
  }
  const working = await tx.activeKeys(newKeys(pair, records));
  const busy = sides.find((side) =>
    working.has(formatKey({ kind: 'new', pair: pair.name, side, id: records[side].id })),
  );
  if (busy !== undefined)
    throw new Refused({ kind: 'record-busy', side: busy, search: records[busy].number ?? records[busy].id });
}

function newKeys(pair: PairRules, records: Readonly<Record<Side, SourceRecord>>): readonly WorkKey[] {
  return sides.map((side) => ({ kind: 'new', pair: pair.name, side, id: records[side].id }));
}
