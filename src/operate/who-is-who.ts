import { ConnectorError } from '../connectors/errors.ts';
import type { Ticket } from '../core/directory.ts';
import type { PairRules } from '../core/rules.ts';
import type { Side } from '../core/side.ts';
import type { Engine } from '../engine/engine.ts';
import { bindRules } from '../engine/people/bind.ts';
import { resolve } from '../engine/people/resolve.ts';

/** A ticket's rules as they decide about its people, and what these are called. */
export interface WhoIsWho {
  readonly rules: PairRules;
  /** Name of the person or team in this field; null where there is none, or it could not be read. By the name of the rule. */
  nameOf(field: string, side: Side): string | null;
}

/**
 * Looks up the people that these records name; most are remembered and cost no call. Where a directory does not answer, nobody has a
 * name and people are compared by their ids.
 */
export async function whoIsWho(engine: Engine, pair: PairRules, records: Ticket['records']): Promise<WhoIsWho> {
  const refs = pair.refs?.(records) ?? [];
  if (refs.length === 0) return { rules: pair, nameOf: () => null };
  try {
    const people = await resolve(engine, refs, [pair]);
    const [rules = pair] = await bindRules(engine, [{ pair, records }]);
    const names = new Map<string, string>();
    for (const { spec, side, id } of refs) {
      const name = people.labelOf(spec, side, id);
      if (name !== null && name !== '') names.set(`${spec.field} ${side}`, name);
    }
    return { rules, nameOf: (field, side) => names.get(`${field} ${side}`) ?? null };
  } catch (error) {
    if (error instanceof ConnectorError) return { rules: pair, nameOf: () => null };
    throw error;
  }
}
