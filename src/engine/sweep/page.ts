import type { ReadResult } from '../../connectors/ticket-system.ts';
import { endedByLife } from '../../core/life/decide-life.ts';
import { formatKey, type Link, type WorkKey } from '../../core/link.ts';
import { sameVersion } from '../../core/record.ts';
import type { PairRules } from '../../core/rules.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import type { Tx } from '../../store/store.ts';
import { type Engine, pairOf } from '../engine.ts';
import { scopeMoved } from '../life/seen.ts';
import { type ReadAnswers, readBoth } from '../read.ts';
import { pageOfLinks } from './round.ts';

export interface SweptPage {
  /** Links whose two records were read. */
  readonly links: number;
  /** Those that do not hold what was last agreed, though no poll is on its way to them. */
  readonly drift: number;
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

interface Known {
  readonly link: Link;
  readonly pair: PairRules;
}

/**
 * Reads both records of the next links by id, one call a side and object, and queues those that hold something else than their base,
 * whatever their stamps say. Nothing is written but keys; reconcile decides as ever. Rejects with ConnectorError.
 */
export async function sweepPage(engine: Engine, after: string): Promise<SweptPage> {
  const { page, known } = await engine.store.transaction(async (tx) => {
    const standing = new Set((await tx.pauses()).map((pause) => pause.pair));
    const found = await tx.findLinks({ limit: pageOfLinks, ...(after === '' ? {} : { after }) });
    return { page: found, known: knownOf(engine, found).filter(({ pair }) => !standing.has(pair.name)) };
  });
  const next = page.length < pageOfLinks ? null : (page.at(-1)?.id ?? null);
  if (known.length === 0) return { links: 0, drift: 0, next };

  const answers = await readBoth(
    engine,
    bothSides((side) => known.map(({ link, pair }) => ({ pair, id: link.ids[side] }))),
  );
  const drift = await engine.store.transaction(async (tx) => {
    // Bases are read after the records: a run that ended in between is known by the base it has left.
    const fresh = knownOf(engine, await tx.linksById(known.map(({ link }) => link.id)));
    const passed = await passedBy(engine, tx, new Set(fresh.map(({ pair }) => pair)));
    const active = await tx.activeKeys(fresh.map(({ link }) => keyOf(link)));
    const drifted = fresh
      .filter(({ link }) => !active.has(formatKey(keyOf(link))))
      .filter((one) => hasDrifted(one, answers, passed.get(one.pair.name)));
    await tx.enqueue(drifted.map(({ link }) => keyOf(link)));
    return drifted.length;
  });
  return { links: known.length, drift, next };
}

/** Links that are kept in step, or may be again. */
function knownOf(engine: Engine, links: readonly Link[]): readonly Known[] {
  return links
    .filter((link) => link.status !== 'detached' || endedByLife(link))
    .flatMap((link) => {
      const pair = pairOf(engine, link.pair);
      return pair === undefined ? [] : [{ link, pair }];
    });
}

function keyOf(link: Link): WorkKey {
  return { kind: 'link', linkId: link.id };
}

/** Up to where polls look no more, by side; in milliseconds since the epoch, by the server's clock. */
type PassedBy = Readonly<Record<Side, number>>;

async function passedBy(engine: Engine, tx: Tx, pairs: ReadonlySet<PairRules>): Promise<ReadonlyMap<string, PassedBy>> {
  const passed = new Map<string, PassedBy>();
  for (const { name } of pairs) {
    const servicenow = await tx.cursor(name, 'servicenow');
    const salesforce = await tx.cursor(name, 'salesforce');
    const completeAt = { servicenow: servicenow?.completeAt, salesforce: salesforce?.completeAt };
    passed.set(
      name,
      bothSides((side) => Date.parse(completeAt[side] ?? '') - engine.times.wideOverlap),
    );
  }
  return passed;
}

/** Another value on either side, a record that is gone, or two that are there again. */
function hasDrifted({ link, pair }: Known, answers: Readonly<Record<Side, ReadAnswers>>, passed?: PassedBy): boolean {
  const results = bothSides((side) => answers[side].get(pair.objects[side], link.ids[side]));
  const whole = sides.every((side) => results[side].kind === 'found');
  if (endedByLife(link)) return whole;
  if (!whole || link.life !== null) return true;
  return sides.some((side) => differs(pair, link, side, results[side], passed?.[side] ?? Number.NaN));
}

/** False for what is stamped so late that a poll lists it: that one is the poll's, unless it passes by a version it knows. */
function differs(pair: PairRules, link: Link, side: Side, result: ReadResult, passed: number): boolean {
  if (result.kind !== 'found') return false;
  const { record } = result;
  const base = link.bases[side];
  if (!(Date.parse(record.version.stamp) < passed) && !sameVersion(base.version, record.version)) return false;
  if (scopeMoved(pair, record, link)) return true;
  return pair.fields.some((rule) => {
    const name = rule.fields[side];
    const now = record.fields[name];
    // Left out of the answer is not empty: nothing is known of it.
    return now !== undefined && !rule.same(side, base.fields[name] ?? null, now);
  });
}
