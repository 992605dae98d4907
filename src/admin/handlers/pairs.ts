import { iso } from '../../core/clock.ts';
import { sides } from '../../core/side.ts';
import { describePause } from '../../observability/describe-standing.ts';
import { tryMapping } from '../../operate/mapping-plan.ts';
import { look, type Poll } from '../../operate/look.ts';
import { pausePair, resumePair } from '../../operate/pairs.ts';
import type { AdminContext } from '../context.ts';
import { ApiProblem } from '../problem.ts';
import type { Pair } from '../schemas/pairs.ts';
import type { PollStatus } from '../schemas/status.ts';
import { mappingView } from '../views/mapping.ts';
import { planView } from '../views/plan.ts';
import { pauseView, pollView } from '../views/status.ts';
import { given } from './links.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type PairRoutes = 'pairs' | 'pairPause' | 'pairResume' | 'mapping' | 'mappingPlan';

/** Pairs of tables and their mapping. */
export const pairHandlers: MakeHandlers<PairRoutes> = (context): HandlersOf<PairRoutes> => {
  const { engine, daemon, config, configFile } = context;
  const known = engine.pairs.map((pair) => pair.name);
  // It reads up to 2,000 tickets on both sides: one at a time.
  let trying = false;
  return {
    pairs: async () => ({ items: await pairsOf(context) }),
    pairPause: async ({ params, body, operator }) => {
      const pause = await pausePair(operator, params.name, known, body?.note ?? '');
      engine.emit({ type: 'pair.paused', pause });
      return { text: `${describePause(pause)}.` };
    },
    pairResume: async ({ params, body, operator }) => {
      await resumePair(operator, params.name, known, given(body));
      void daemon.syncNow();
      return { text: `${params.name} goes on.` };
    },
    mapping: async () => mappingView(config, engine.pairs, configFile),
    mappingPlan: async ({ body }) => {
      if (trying) throw new ApiProblem(409, 'Another mapping is being tried; wait for it, then try again.');
      trying = true;
      try {
        const asked = { config: body.config, links: body.links, ...given({ pair: body.pair }) };
        return planView(await tryMapping(engine, asked), body.samples);
      } finally {
        trying = false;
      }
    },
  };
};

async function pairsOf({ engine, daemon }: AdminContext): Promise<Pair[]> {
  const names = engine.pairs.map((pair) => pair.name);
  const seen = await look(engine.store, names);
  const counts = await engine.store.transaction(async (tx) => {
    const links = [];
    for (const name of names) links.push([name, await tx.countLinksOf(name)] as const);
    return new Map(links);
  });
  const paces = daemon.paces();
  const pollOf = (poll: Poll): PollStatus => pollView(poll, paces);
  return engine.pairs.map((pair): Pair => {
    const byStatus = counts.get(pair.name);
    const pause = seen.pauses.find((one) => one.pair === pair.name);
    return {
      name: pair.name,
      objects: pair.objects,
      startsAt: iso(Date.parse(pair.startsAt)),
      maxCreatesPerPoll: pair.maxCreatesPerPoll,
      fields: pair.fields.map((rule) => rule.name),
      pause: pause === undefined ? null : pauseView(pause),
      polls: sides.flatMap((side) =>
        seen.polls.filter((poll) => poll.pair === pair.name && poll.side === side).map(pollOf),
      ),
      links: {
        total: Object.values(byStatus ?? {}).reduce((sum, count) => sum + count, 0),
        byStatus: { synced: 0, pending: 0, conflict: 0, quarantined: 0, detached: 0, ...byStatus },
      },
    };
  });
}
