import type { ReadResult } from '../../connectors/ticket-system.ts';
import { decideLife, endedByLife, type LifeDecision, type Sighting } from '../../core/life/decide-life.ts';
import { defaultLife } from '../../core/life/rules.ts';
import { formatKey, type WorkKey } from '../../core/link.ts';
import type { SourceRecord } from '../../core/record.ts';
import { bothSides, otherSide, type Side } from '../../core/side.ts';
import { defaultTimes, type Engine } from '../engine.ts';
import { takenElsewhere } from '../match/elsewhere.ts';
import { type ReadAnswers, readBoth } from '../read.ts';
import { groupBy, type LinkDecision, type LinkWork } from '../work.ts';

type Answers = Readonly<Record<Side, ReadAnswers>>;
type Follow = { readonly work: LinkWork; readonly life: Extract<LifeDecision, { readonly kind: 'follow' }> };

/** What was seen of one link, before any field of it is looked at. */
export type Looked =
  /** Both are there: merge this link. */
  | { readonly kind: 'merge'; readonly work: LinkWork }
  | { readonly kind: 'decided'; readonly decision: LinkDecision }
  | { readonly kind: 'follow'; readonly follow: Follow };

/** Looks whether the records of a link are alive, from one batch of answers. */
export function lookAtLife(engine: Engine, work: LinkWork, answers: Answers): Looked {
  const { link, pair } = work;
  const life = decideLife({
    link,
    rules: pair.life ?? defaultLife,
    seen: bothSides((side) => sightingOf(answers[side].get(pair.objects[side], link.ids[side]))),
    now: engine.clock.now(),
    missingLookMs: engine.times.missingLook ?? defaultTimes.missingLook ?? 0,
  });
  switch (life.kind) {
    case 'alive':
      return { kind: 'merge', work };
    case 'back':
      // A link that was let go is taken up first, and merged by the run after that.
      return endedByLife(link) ? decided(work, life) : { kind: 'merge', work: { ...work, link: life.link } };
    case 'missing':
      return {
        kind: 'decided',
        decision: { kind: 'missing', work, side: life.life.side, how: 'absent', life: life.life },
      };
    case 'follow':
      return { kind: 'follow', follow: { work, life } };
    case 'end':
    case 'over':
      return decided(work, life);
  }
}

function decided(work: LinkWork, life: Extract<LifeDecision, { readonly kind: 'back' | 'end' | 'over' }>): Looked {
  return { kind: 'decided', decision: { kind: 'life', work, life } };
}

function sightingOf(result: ReadResult): Sighting {
  if (result.kind === 'deleted') return { kind: 'deleted', into: result.into ?? null };
  return result;
}

/**
 * A link whose record was merged goes over to the record that is left, unless that one has a link, is about to get one, or cannot
 * be seen: then the link ends as after a deletion.
 */
export async function followMasters(engine: Engine, follows: readonly Follow[]): Promise<readonly LinkDecision[]> {
  if (follows.length === 0) return [];
  const free = await freeMasters(engine, follows);
  const answers = await readBoth(
    engine,
    bothSides((side) =>
      follows
        .filter(({ life }) => life.life.side === side)
        .map(({ work, life }) => ({ pair: work.pair, id: life.life.into })),
    ),
  );
  const taken = new Set<string>();
  return follows.map(({ work, life }): LinkDecision => {
    const { side, into } = life.life;
    const place = `${work.pair.name} ${side} ${into}`;
    const master = answers[side].record(work.pair.objects[side], into);
    if (master === null || taken.has(place) || !free.has(place) || !isOurs(work, master))
      return { kind: 'life', work, life: { kind: 'end', life: life.life, act: 'detach', survivor: life.survivor } };
    taken.add(place);
    return { kind: 'life', work, life: { ...life, master } };
  });
}

/** False for a record of another pair, and for one that our stamp gives to another ticket. */
function isOurs({ link, pair }: LinkWork, master: SourceRecord): boolean {
  if (master.partnerId !== null && master.partnerId !== link.ids[otherSide(master.side)]) return false;
  return pair.owns?.(master) !== false;
}

/** Masters with no link, for which no create is open or being worked on: as `<pair> <side> <id>`. As many statements for many as for one. */
async function freeMasters(engine: Engine, follows: readonly Follow[]): Promise<ReadonlySet<string>> {
  return engine.store.transaction(async (tx) => {
    const free = new Set<string>();
    for (const group of groupBy(follows, ({ work, life }) => `${work.pair.name} ${life.life.side}`).values()) {
      const [first] = group;
      if (first === undefined) continue;
      const { pair } = first.work;
      const { side } = first.life.life;
      const ids = [...new Set(group.map(({ life }) => life.life.into))];
      const keysOf = (id: string): readonly WorkKey[] =>
        [pair.name, ...(pair.siblings?.[side] ?? [])].map((name) => ({ kind: 'new', pair: name, side, id }));
      const taken = new Set([
        ...(await tx.linksBySource(pair.name, side, ids)).map((link) => link.ids[side]),
        ...(await tx.intentsByOrigin(pair.name, side, ids)).map((intent) => intent.originId),
        ...(await takenElsewhere(tx, pair, side, ids)),
      ]);
      const working = await tx.activeKeys(ids.flatMap(keysOf));
      for (const id of ids) {
        const isTaken = taken.has(id) || keysOf(id).some((key) => working.has(formatKey(key)));
        if (!isTaken) free.add(`${pair.name} ${side} ${id}`);
      }
    }
    return free;
  });
}
