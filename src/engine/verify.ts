import type { FieldValue } from '../core/record.ts';
import { bothSides, type Side } from '../core/side.ts';
import type { Link } from '../core/link.ts';
import { type Engine, pairOf } from './engine.ts';
import { readBoth } from './read.ts';

/** One field of one link on which the sides differ, or one record that does not come back. */
export type Drift =
  | {
      readonly kind: 'field';
      readonly link: Link;
      readonly field: string;
      readonly values: Readonly<Record<Side, FieldValue>>;
    }
  | { readonly kind: 'missing'; readonly link: Link; readonly side: Side; readonly how: 'absent' | 'deleted' };

export interface Verified {
  readonly links: number;
  readonly drift: readonly Drift[];
}

const pageOfLinks = 500;

/** Reads both sides of every link and reports where they differ. Writes nothing. A field held on purpose is not drift. */
export async function verify(
  engine: Engine,
  options: {
    readonly pair?: string;
    readonly signal?: AbortSignal;
    /** Told after each page: links looked at, and what was found so far. */
    readonly onPage?: (links: number, drift: readonly Drift[]) => void;
  },
): Promise<Verified> {
  const drift: Drift[] = [];
  let links = 0;
  let after = '';
  for (;;) {
    if (options.signal?.aborted === true) break;
    const page = await engine.store.transaction((tx) =>
      tx.findLinks({
        limit: pageOfLinks,
        ...(after === '' ? {} : { after }),
        ...(options.pair === undefined ? {} : { pair: options.pair }),
      }),
    );
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
    const live = page.filter((link) => link.status !== 'detached');
    links += live.length;
    drift.push(...(await compare(engine, live)));
    options.onPage?.(links, drift);
  }
  return { links, drift };
}

async function compare(engine: Engine, links: readonly Link[]): Promise<readonly Drift[]> {
  const known = links.flatMap((link) => {
    const pair = pairOf(engine, link.pair);
    return pair === undefined ? [] : [{ link, pair }];
  });
  const answers = await readBoth(
    engine,
    bothSides((side) => known.map(({ link, pair }) => ({ pair, id: link.ids[side] }))),
  );
  return known.flatMap(({ link, pair }): Drift[] => {
    for (const side of ['servicenow', 'salesforce'] as const) {
      const result = answers[side].get(pair.objects[side], link.ids[side]);
      if (result.kind !== 'found') return [{ kind: 'missing', link, side, how: result.kind }];
    }
    const held = new Set(link.holds.map((hold) => hold.field));
    return pair.fields.flatMap((rule): Drift[] => {
      const values = bothSides(
        (side) => answers[side].record(pair.objects[side], link.ids[side])?.fields[rule.fields[side]] ?? null,
      );
      return held.has(rule.name) || rule.agree(values) ? [] : [{ kind: 'field', link, field: rule.name, values }];
    });
  });
}
