import { type MatchRow, worthReading } from '../../core/match/asks.ts';
import { matchRecord } from '../../core/match/match.ts';
import { planMatched } from '../../core/match/plan-match.ts';
import type { MatchRules } from '../../core/match/rules.ts';
import type { NewPlan } from '../../core/plan.ts';
import type { SourceRecord } from '../../core/record.ts';
import { bothSides, otherSide, type Side, sides } from '../../core/side.ts';
import type { ProposalRow, Tx } from '../../store/store.ts';
import type { Engine } from '../engine.ts';
import { type ReadAnswers, readBoth } from '../read.ts';
import { groupBy, type NewDecision, type NewWork } from '../work.ts';
import { takenElsewhere } from './elsewhere.ts';
import { type FoundRow, lookUp } from './look-up.ts';

/** Nothing is created for a ticket of which nobody could tell whether it is there already. */
const cannotBeAsked: NewPlan = { kind: 'quarantine', why: 'match-not-asked' };

/**
 * A record that is about to get a new ticket across, of a pair that says how to recognise one that is there; or one out of scope, for
 * which only a person's word counts.
 */
export interface Looking {
  readonly at: number;
  readonly work: NewWork;
  readonly rules: MatchRules;
  readonly origin: SourceRecord;
  readonly plan: Extract<NewPlan, { readonly kind: 'create' | 'ignore' }>;
}

/**
 * Before anything is created: looks whether the ticket is there across already. One look-up call a side for the whole batch, and one
 * read for what was found. A create in doubt is not looked for here: it is ours, and its probes find it.
 */
export async function matchNews(engine: Engine, decisions: readonly NewDecision[]): Promise<readonly NewDecision[]> {
  const looking = decisions.flatMap((decision, at) => lookingOf(decision, at));
  const decided = [...decisions];
  if (looking.length > 0) {
    const groups = [...groupBy(looking, ({ work }) => `${work.pair.name} ${work.origin.side}`).values()];
    const { found, refused, cut } = await lookUp(engine, groups);
    const known = await engine.store.transaction(async (tx) => {
      const all: Known[] = [];
      for (const group of groups) all.push(await knownOf(tx, group, found));
      return all;
    });
    const across = await readAcross(engine, groups, found, known);
    const told = new Set(known.flatMap(({ open }) => open));
    groups.forEach((group, index) => {
      for (const one of group) {
        const { pair } = one.work;
        const side = one.origin.side;
        if (one.plan.kind === 'create' && refused.has(pair.name)) {
          decided[one.at] = { kind: 'plan', work: one.work, origin: one.origin, plan: cannotBeAsked };
          continue;
        }
        const match = matchRecord({
          rules: one.rules,
          origin: one.origin,
          across: across.get(`${pair.name} ${otherSide(side)}`) ?? [],
          own: rowsOn(found, group, side),
          cut: cut.get(pair.name) ?? new Set<string>(),
          linked: known[index]?.linked ?? new Map<string, string>(),
          decided: known[index]?.decided.get(one.origin.id) ?? new Map(),
        });
        const plan = unlessBusy(planMatched(one.origin, match, one.plan), side, known[index]?.busy);
        decided[one.at] = { kind: 'plan', work: one.work, origin: one.origin, plan: toldOnce(plan, one, told) };
      }
    });
  }
  return onceEach(decided);
}

function lookingOf(decision: NewDecision, at: number): readonly Looking[] {
  if (decision.kind !== 'plan') return [];
  const { work, origin, plan } = decision;
  const { match } = work.pair;
  if (match === undefined || origin === null || work.intent !== null) return [];
  if (plan.kind === 'create') return [{ at, work, rules: match, origin, plan }];
  if (plan.kind !== 'ignore' || plan.why !== 'out-of-scope') return [];
  return [{ at, work, rules: { ...match, byNumber: {}, rules: [], near: null }, origin, plan }];
}

function rowsOn(found: readonly FoundRow[], group: readonly Looking[], side: Side): readonly MatchRow[] {
  const name = group[0]?.work.pair.name;
  const rows = found.filter(({ pair, row }) => pair === name && row.side === side).map(({ row }) => row);
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

interface Known {
  /** Ids across → what people call the record they are linked with. */
  readonly linked: ReadonlyMap<string, string>;
  /** Of each origin: what a person has said, by the id across. */
  readonly decided: ReadonlyMap<string, ReadonlyMap<string, 'accepted' | 'rejected'>>;
  /** Pairs of records that are proposed to a person already. */
  readonly open: readonly string[];
  /** Ids across from which a create is open: what was sent for one may have arrived. */
  readonly busy: ReadonlySet<string>;
}

async function knownOf(tx: Tx, group: readonly Looking[], found: readonly FoundRow[]): Promise<Known> {
  const [first] = group;
  if (first === undefined) return { linked: new Map(), decided: new Map(), open: [], busy: new Set() };
  const { side } = first.origin;
  const to = otherSide(side);
  const { pair } = first.work;
  const ids = group.map(({ origin }) => origin.id);
  const said = await tx.proposalsOf(pair.name, side, ids);
  const candidates = [...rowsOn(found, group, to).map((row) => row.id), ...said.map((row) => row.ids[to])];
  const links = await tx.linksAnywhere(to, [...new Set(candidates)]);
  const intents = candidates.length === 0 ? [] : await tx.intentsByOrigin(pair.name, to, [...new Set(candidates)]);
  const elsewhere = await takenElsewhere(tx, pair, to, [...new Set(candidates)]);
  return {
    linked: new Map(links.map((link) => [link.ids[to], link.numbers[side] ?? link.ids[side]])),
    decided: new Map([...groupBy(said, (row) => row.ids[side])].map(([id, rows]) => [id, saidOf(rows, to)])),
    open: said.filter(({ status }) => status === 'open').map(({ ids: both }) => proposalKey(pair.name, both)),
    busy: new Set([...intents.map(({ originId }) => originId), ...elsewhere]),
  };
}

/** A create from the counterpart is waited out: its ticket here is looked for by stamp, and this one is asked about after that. */
function unlessBusy(plan: NewPlan, from: Side, busy: ReadonlySet<string> = new Set()): NewPlan {
  if (plan.kind !== 'adopt') return plan;
  const across = plan.records[otherSide(from)];
  if (!busy.has(across.id)) return plan;
  return { kind: 'quarantine', why: 'match-under-way', others: [across.number ?? across.id] };
}

function proposalKey(pair: string, ids: Readonly<Record<Side, string>>): string {
  return `${pair} ${ids.servicenow} ${ids.salesforce}`;
}

/** Marks what was proposed before, or from the other end in this very batch. */
function toldOnce(plan: NewPlan, { work, origin }: Looking, told: Set<string>): NewPlan {
  if (plan.kind !== 'propose') return plan;
  const candidates = plan.candidates.map((candidate) => {
    const ids = bothSides((side) => (side === origin.side ? origin.id : candidate.id));
    const key = proposalKey(work.pair.name, ids);
    if (told.has(key)) return { ...candidate, known: true as const };
    told.add(key);
    return candidate;
  });
  return { ...plan, candidates };
}

function saidOf(rows: readonly ProposalRow[], to: Side): ReadonlyMap<string, 'accepted' | 'rejected'> {
  return new Map(rows.flatMap((row) => (row.status === 'open' ? [] : [[row.ids[to], row.status] as const])));
}

/** What may be a counterpart, as it stands now; by pair and side. */
async function readAcross(
  engine: Engine,
  groups: readonly (readonly Looking[])[],
  found: readonly FoundRow[],
  known: readonly Known[],
): Promise<ReadonlyMap<string, readonly SourceRecord[]>> {
  const asks = groups.flatMap((group, index) => {
    const [first] = group;
    if (first === undefined) return [];
    const to = otherSide(first.origin.side);
    const { pair } = first.work;
    const rows = found.filter((one) => one.pair === pair.name && one.row.side === to);
    const origins = group.map(({ origin }) => origin);
    const accepted = [...(known[index]?.decided.values() ?? [])].flatMap((said) =>
      [...said].flatMap(([id, status]) => (status === 'accepted' ? [id] : [])),
    );
    const rules = first.work.pair.match ?? first.rules;
    const ids = [...worthReading(rules, origins, rows).map((row) => row.id), ...accepted];
    return [{ pair, side: to, ids: [...new Set(ids)] }];
  });
  const answers = await readBoth(
    engine,
    bothSides((side) =>
      asks.filter((ask) => ask.side === side).flatMap(({ pair, ids }) => ids.map((id) => ({ pair, id }))),
    ),
  );
  return new Map(asks.map((ask) => [`${ask.pair.name} ${ask.side}`, recordsOf(ask, answers[ask.side])]));
}

function recordsOf(
  { pair, side, ids }: { readonly pair: NewWork['pair']; readonly side: Side; readonly ids: readonly string[] },
  answers: ReadAnswers,
): readonly SourceRecord[] {
  return ids
    .flatMap((id) => answers.record(pair.objects[side], id) ?? [])
    .filter((record) => pair.owns?.(record) !== false);
}

/** Two full desks find each other from both ends: one of the two makes the link, the other looks again afterwards. */
function onceEach(decisions: readonly NewDecision[]): readonly NewDecision[] {
  const taken = new Set<string>();
  return decisions.map((decision) => {
    if (decision.kind !== 'plan' || decision.plan.kind !== 'adopt') return decision;
    const { records } = decision.plan;
    const keys = sides.map((side) => `${decision.work.pair.name} ${side} ${records[side].id}`);
    if (keys.some((key) => taken.has(key))) {
      const plan = { kind: 'ignore', why: 'taken-up' } as const;
      return { kind: 'plan', work: decision.work, origin: decision.origin, plan };
    }
    for (const key of keys) taken.add(key);
    return decision;
  });
}
