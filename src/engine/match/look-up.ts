import { ConnectorError } from '../../connectors/errors.ts';
import type { Found } from '../../connectors/ticket-system.ts';
import { type MatchAsk, matchAsks, type MatchRow } from '../../core/match/asks.ts';
import { fieldsOfMatch, type MatchRules } from '../../core/match/rules.ts';
import type { PairRules } from '../../core/rules.ts';
import { sides, type Side } from '../../core/side.ts';
import type { Engine } from '../engine.ts';
import type { Looking } from './look.ts';

export interface FoundRow {
  readonly pair: string;
  readonly ask: MatchAsk;
  readonly row: MatchRow;
}

interface Asking {
  readonly ask: MatchAsk;
  readonly pair: PairRules;
  readonly rules: MatchRules;
}

export interface LookedUp {
  readonly found: readonly FoundRow[];
  /** Pairs whose question a side does not take. */
  readonly refused: ReadonlySet<string>;
  /** By pair: fields, as `<side> <field>`, of which one value has more rows than one answer brings. */
  readonly cut: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Looks up what these records may be across: one call a side, whatever the number of pairs and fields. `refused`: pairs whose
 * question a side does not take (a field that was removed, or that cannot be searched); the others stand.
 */
export async function lookUp(engine: Engine, groups: readonly (readonly Looking[])[]): Promise<LookedUp> {
  const asks = groups.flatMap(asksOf);
  const found: FoundRow[] = [];
  const refused = new Set<string>();
  const cut = new Map<string, Set<string>>();
  await Promise.all(
    sides.map(async (side) => {
      const own = asks.filter(({ ask }) => ask.side === side);
      const answers = await askAll(engine, side, own);
      own.forEach((one, at) => {
        const answer = answers[at] ?? null;
        if (answer === null) refused.add(one.pair.name);
        else found.push(...rowsOf(one, answer));
        if (answer?.whole === false)
          cut.set(one.pair.name, (cut.get(one.pair.name) ?? new Set()).add(`${side} ${one.ask.field}`));
      });
    }),
  );
  return { found, refused, cut };
}

function asksOf(group: readonly Looking[]): readonly Asking[] {
  const creating = group.filter(({ plan }) => plan.kind === 'create');
  const [first] = creating;
  if (first === undefined) return [];
  const { rules, work } = first;
  const origins = creating.map(({ origin }) => origin);
  return matchAsks(rules, origins).map((ask) => ({ ask, pair: work.pair, rules }));
}

/** Where the call as a whole is refused, its parts are asked one by one, so that one wrong field spoils no other pair. */
async function askAll(engine: Engine, side: Side, asks: readonly Asking[]): Promise<readonly (Found | null)[]> {
  if (asks.length === 0) return [];
  try {
    return await ask(engine, side, asks);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (asks.length === 1) return [null];
    const answers: (Found | null)[] = [];
    for (const one of asks) answers.push(...(await askAll(engine, side, [one])));
    return answers;
  }
}

async function ask(engine: Engine, side: Side, asks: readonly Asking[]): Promise<readonly Found[]> {
  const system = engine.systems[side];
  if (system.find === undefined) throw new Error(`${side} cannot be searched, and the mapping says how to match`);
  return system.find(
    asks.map(({ ask: { field, values }, pair, rules }) => ({
      object: pair.objects[side],
      field,
      values,
      fields: [...new Set([rules.numbers[side], ...fieldsOfMatch(rules, side)])],
    })),
  );
}

/** ServiceNow answers a question about an unknown column with the whole table, which the client does not take for an answer. */
function isRefusal(error: unknown): boolean {
  return error instanceof ConnectorError && (error.kind === 'Rejected' || error.data.cause === 'query-ignored');
}

function rowsOf({ pair, ask: asked }: Asking, answer: Found): readonly FoundRow[] {
  return answer.rows.map((row) => ({ pair: pair.name, ask: asked, row: { ...row, side: asked.side } }));
}
