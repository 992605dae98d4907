import type { Ticket } from '../core/directory.ts';
import { MappingFault } from '../core/mapping-fault.ts';
import type { FieldValue, SourceRecord } from '../core/record.ts';
import type { FieldRule, PairRules } from '../core/rules.ts';
import { bothSides, otherSide, type Side, sides } from '../core/side.ts';
import type { Link } from '../core/link.ts';
import { type Unpaired, unpairedComments } from './children/verify.ts';
import { type Engine, pairOf } from './engine.ts';
import { bindRules } from './people/bind.ts';
import { readBoth } from './read.ts';
import { waitForCalls } from './reserve.ts';

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
  /** Comments without a counterpart, by ticket and side. */
  readonly comments: readonly Unpaired[];
  /** Fields that are left alone on purpose (a conflict that waits for a person): they may differ, and are no drift. */
  readonly held: number;
}

/** As many as one call reads on either side. */
const pageOfLinks = 1000;

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
  const comments: Unpaired[] = [];
  let links = 0;
  let held = 0;
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
    held += live.reduce((sum, link) => sum + link.holds.length, 0);
    for (const side of sides) await waitForCalls(engine, side, 'verify', options.signal);
    const found = await compare(engine, live);
    drift.push(...found.drift);
    comments.push(...found.comments);
    options.onPage?.(links, drift);
  }
  return { links, drift, comments, held };
}

async function compare(engine: Engine, links: readonly Link[]): Promise<Pick<Verified, 'drift' | 'comments'>> {
  const known = links.flatMap((link) => {
    const pair = pairOf(engine, link.pair);
    return pair === undefined ? [] : [{ link, pair }];
  });
  const answers = await readBoth(
    engine,
    bothSides((side) => known.map(({ link, pair }) => ({ pair, id: link.ids[side], children: true }))),
  );
  const found = (pair: PairRules, link: Link, side: Side): SourceRecord | null =>
    answers[side].record(pair.objects[side], link.ids[side]);
  const bound = await bindRules(
    engine,
    known.map(({ link, pair }) => ({ pair, records: present(bothSides((side) => found(pair, link, side))) })),
  );
  const drift = known.flatMap(({ link, pair }, at): Drift[] => {
    for (const side of ['servicenow', 'salesforce'] as const) {
      const result = answers[side].get(pair.objects[side], link.ids[side]);
      if (result.kind !== 'found') return [{ kind: 'missing', link, side, how: result.kind }];
    }
    const held = new Set(link.holds.map((hold) => hold.field));
    return (bound[at] ?? pair).fields.flatMap((rule): Drift[] => {
      const values = bothSides(
        (side) => answers[side].record(pair.objects[side], link.ids[side])?.fields[rule.fields[side]] ?? null,
      );
      return held.has(rule.name) || inStep(rule, values) ? [] : [{ kind: 'field', link, field: rule.name, values }];
    });
  });
  return { drift, comments: await unpairedComments(engine, known, answers) };
}

function present(records: Readonly<Record<Side, SourceRecord | null>>): Ticket['records'] {
  const { servicenow, salesforce } = records;
  return { ...(servicenow === null ? {} : { servicenow }), ...(salesforce === null ? {} : { salesforce }) };
}

/** False where the sides surely differ: a directory that we cannot read says nothing, and a function that fails says nothing good. */
function inStep(rule: FieldRule, values: Readonly<Record<Side, FieldValue>>): boolean {
  try {
    if (rule.agree(values)) return true;
    return sides.some((to) => {
      const carried = rule.carry({ to, value: values[otherSide(to)], baseFrom: undefined, target: values[to] });
      return carried.kind === 'hold' && carried.reason.kind === 'unreadable';
    });
  } catch (error) {
    if (error instanceof MappingFault) return false;
    throw error;
  }
}
