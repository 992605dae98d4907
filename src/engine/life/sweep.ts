import { endedByLife } from '../../core/life/decide-life.ts';
import type { Link, WorkKey } from '../../core/link.ts';
import type { PairRules } from '../../core/rules.ts';
import { bothSides, type Side } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { SeenIds } from '../seen-ids.ts';

/** Records of each side that a walk has just met. */
export type Met = Readonly<Record<Side, SeenIds>>;

/** Links looked at in one go: as many as one call reads on either side. */
const pageOfLinks = 1000;

/**
 * Looks whether the records of every link are still there, or there again: what was deleted where no account of deletions can be read
 * is in no walk, and what was restored may have kept its stamp. Yields the links to be looked at, page by page. Only records that no
 * walk has just `met` are asked for. Rejects with ConnectorError.
 */
export async function* sweepLinks(
  engine: Engine,
  pair: PairRules,
  signal: AbortSignal,
  met: Met | null = null,
): AsyncGenerator<readonly WorkKey[]> {
  for (let after = ''; !signal.aborted;) {
    const page = await engine.store.transaction((tx) =>
      tx.findLinks({ pair: pair.name, limit: pageOfLinks, ...(after === '' ? {} : { after }) }),
    );
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
    const keys = await keysOf(engine, pair, page, met);
    if (keys.length > 0) yield keys;
  }
}

async function keysOf(
  engine: Engine,
  pair: PairRules,
  page: readonly Link[],
  met: Met | null,
): Promise<readonly WorkKey[]> {
  const links = page.filter((link) => link.status !== 'detached' || endedByLife(link));
  if (links.length === 0) return [];
  const [servicenow, salesforce] = await Promise.all([seen('servicenow'), seen('salesforce')]);
  const there = bothSides((side) => (side === 'servicenow' ? servicenow : salesforce));
  return links
    .filter((link) => {
      const whole = there.servicenow.has(link.ids.servicenow) && there.salesforce.has(link.ids.salesforce);
      return endedByLife(link) ? whole : !whole || link.life !== null;
    })
    .map((link): WorkKey => ({ kind: 'link', linkId: link.id }));

  async function seen(side: 'servicenow' | 'salesforce'): Promise<ReadonlySet<string>> {
    const ids = links.map((link) => link.ids[side]);
    const known = new Set(met === null ? [] : ids.filter((id) => met[side].has(id)));
    const asked = ids.filter((id) => !known.has(id));
    const results = asked.length === 0 ? [] : await engine.systems[side].read(pair.objects[side], asked, []);
    return new Set([...known, ...results.flatMap((result, at) => (result.kind === 'found' ? (asked[at] ?? []) : []))]);
  }
}
