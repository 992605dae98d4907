import type { Ref, Ticket, WhyUnmatched } from '../../core/directory.ts';
import type { PairRules } from '../../core/rules.ts';
import { type Side, sides } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import { loadFamilies } from '../match/family.ts';
import type { ReadAnswers } from '../read.ts';
import type { Batch, Work } from '../work.ts';
import { type People, resolve } from './resolve.ts';

/** Somebody without a counterpart, as a ticket of this batch shows it. */
export interface Stranger {
  readonly side: Side;
  readonly field: string;
  readonly id: string;
  readonly label: string | null;
  readonly why: WhyUnmatched;
}

/** What the look-ups of one piece of work came to, for the report of who has no counterpart. */
export interface Met {
  readonly strangers: readonly Stranger[];
  /** Those who have one: they leave the report. */
  readonly known: readonly Pick<Stranger, 'side' | 'field' | 'id'>[];
}

type Answered = Readonly<Record<Side, ReadAnswers>>;

/**
 * Looks up everybody whom the batch's tickets name, and binds the rules of each ticket to what was found, so that deciding stays pure.
 * Rejects with ConnectorError where a directory does not answer: a ticket is never decided without it.
 */
export async function bindPeople(engine: Engine, batch: Batch, answers: Answered): Promise<Batch> {
  const works: readonly Work[] = [...batch.links, ...batch.news];
  if (!works.some(({ pair }) => pair.bind !== undefined)) return batch;
  const refs = works.flatMap((work) => refsOf(work, answers));
  const people = await resolve(
    engine,
    refs,
    works.map(({ pair }) => pair),
  );
  const familyOf = await loadFamilies(
    engine,
    works.map((work) => ({ pair: work.pair, records: recordsOf(work, answers) })),
  );
  const bind = <T extends Work>(work: T): T => {
    const records = recordsOf(work, answers);
    const pair = work.pair.bind?.({ directory: people, records, ...familyOf(work.pair) }) ?? work.pair;
    return { ...work, pair, met: metBy(work.pair, work.pair.refs?.(records) ?? [], people) };
  };
  return { links: batch.links.map(bind), news: batch.news.map(bind) };
}

/** The rules of one linked pair, bound; for reads that are no batch (verify). */
export async function bindRules(
  engine: Engine,
  tickets: readonly { readonly pair: PairRules; readonly records: Ticket['records'] }[],
): Promise<readonly PairRules[]> {
  const people = await resolve(
    engine,
    tickets.flatMap(({ pair, records }) => pair.refs?.(records) ?? []),
    tickets.map(({ pair }) => pair),
  );
  const familyOf = await loadFamilies(engine, tickets);
  return tickets.map(({ pair, records }) => pair.bind?.({ directory: people, records, ...familyOf(pair) }) ?? pair);
}

function refsOf(work: Work, answers: Answered): readonly Ref[] {
  return work.pair.refs?.(recordsOf(work, answers)) ?? [];
}

function recordsOf(work: Work, answers: Answered): Ticket['records'] {
  const ids: Readonly<Partial<Record<Side, string>>> =
    work.kind === 'link' ? work.link.ids : { [work.origin.side]: work.origin.id };
  const records: { [S in Side]?: NonNullable<Ticket['records'][S]> } = {};
  for (const side of sides) {
    const id = ids[side];
    const record = id === undefined ? null : answers[side].record(work.pair.objects[side], id);
    if (record !== null) records[side] = record;
  }
  return records;
}

/** Only people whose value would go across count: nobody needs to know those of a field that is not written there. */
function metBy(pair: PairRules, refs: readonly Ref[], people: People): Met {
  const strangers: Stranger[] = [];
  const known: Pick<Stranger, 'side' | 'field' | 'id'>[] = [];
  for (const { spec, side, id } of refs) {
    const rule = pair.fields.find(({ name }) => name === spec.field);
    if (rule === undefined || rule.writes === side || isDefault(people, { spec, side, id })) continue;
    const found = people.counterpart(spec, side, id);
    if (found.kind === 'found') known.push({ side, field: spec.field, id });
    if (found.kind === 'none')
      strangers.push({ side, field: spec.field, id, label: people.labelOf(spec, side, id), why: found.why });
  }
  return { strangers, known };
}

/** The person that the mapping itself writes for those without a counterpart is none of them. */
function isDefault(people: People, { spec, side, id }: Ref): boolean {
  return spec.also[side].some((who) => {
    const found = people.named(spec, side, who);
    return found.kind === 'found' && found.id === id;
  });
}
