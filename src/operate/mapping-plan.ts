import { deriveBoth } from '../connectors/with/derived.ts';
import type { ObjectDescription } from '../connectors/ticket-system.ts';
import type { Link } from '../core/link.ts';
import { bothSides, type Side } from '../core/side.ts';
import { type PlannedItem, planKeys } from '../engine/dry-run.ts';
import type { Engine } from '../engine/engine.ts';
import { parseConfig } from '../mapping/config-schema.ts';
import type { PairConfig } from '../mapping/define-config.ts';
import { lintPair } from '../mapping/lint.ts';
import { sentence } from '../mapping/lint-sentence.ts';
import { buildPairRules } from '../mapping/pair-rules.ts';
import { readOnly } from './read-only.ts';

export interface MappingTrial {
  /** Data, as it came over the network: nothing in it is run. */
  readonly config: unknown;
  readonly pair?: string;
  /** Links to read, the latest first. */
  readonly links: number;
}

export type MappingTried =
  | { readonly ok: false; readonly problems: readonly { readonly where: string; readonly what: string }[] }
  | { readonly ok: true; readonly planned: readonly PlannedItem[]; readonly looked: number };

/**
 * What another mapping would do to what is linked now: checked like a mapping file, held against both sides' live metadata, then
 * decided for the latest links as read now. Writes nothing. Rejects with ConnectorError where a side does not answer.
 */
export async function tryMapping(engine: Engine, trial: MappingTrial): Promise<MappingTried> {
  const parsed = parseConfig(trial.config);
  if (!parsed.ok) return { ok: false, problems: parsed.problems };
  const pairs = parsed.config.pairs.filter(({ name }) => trial.pair === undefined || name === trial.pair);
  if (pairs.length === 0) return problem('pairs', `has no pair \`${trial.pair ?? ''}\``);
  const described = new Map<string, Record<Side, ObjectDescription>>();
  for (const pair of pairs) described.set(pair.name, await describe(engine, pair));
  const problems = pairs.flatMap((pair) => {
    const objects = described.get(pair.name);
    return objects === undefined ? [] : lintPair(pair, objects);
  });
  if (problems.length > 0) {
    return { ok: false, problems: problems.map((one) => ({ where: `${one.pair} ${one.where}`, what: sentence(one) })) };
  }
  const startedAt = new Date(engine.clock.now()).toISOString();
  const rules = pairs.map((pair) => {
    const objects = described.get(pair.name);
    return buildPairRules(pair, { startedAt, ...(objects === undefined ? {} : { objects }) });
  });
  const links = await latestLinks(engine, pairs, trial.links);
  const bare = readOnly(engine);
  const keys = links.map((link) => ({ kind: 'link', linkId: link.id }) as const);
  return {
    ok: true,
    planned: await planKeys(
      { ...bare, systems: deriveBoth(bare.systems, rules), pairs: rules, emit: () => undefined },
      keys,
    ),
    looked: links.length,
  };
}

async function describe(engine: Engine, pair: PairConfig): Promise<Record<Side, ObjectDescription>> {
  const [servicenow, salesforce] = await Promise.all([
    engine.systems.servicenow.describe(pair.servicenow.table),
    engine.systems.salesforce.describe(pair.salesforce.object),
  ]);
  return bothSides((side) => (side === 'servicenow' ? servicenow : salesforce));
}

function problem(where: string, what: string): MappingTried {
  return { ok: false, problems: [{ where, what }] };
}

async function latestLinks(engine: Engine, pairs: readonly PairConfig[], most: number): Promise<readonly Link[]> {
  const each = Math.ceil(most / pairs.length);
  return engine.store.transaction(async (tx) => {
    const links: Link[] = [];
    for (const { name } of pairs) {
      links.push(...(await tx.searchLinks({ pair: name, titles: [], latestFirst: true, limit: each })));
    }
    return links.filter((link) => link.status !== 'detached').slice(0, most);
  });
}
