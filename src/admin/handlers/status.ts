import { look } from '../../operate/look.ts';
import type { Gate } from '../auth/gate.ts';
import type { AdminContext } from '../context.ts';
import { streamEvents } from '../live/stream.ts';
import { openApi } from '../openapi.ts';
import { statusView } from '../views/status.ts';
import type { HandlersOf } from './types.ts';

const heartbeatMs = 15_000;

/** How things stand, and what happens. */
export function statusHandlers(
  context: AdminContext,
  gate: Gate,
): HandlersOf<'status' | 'series' | 'events' | 'openapi'> {
  const { engine, hub, vitals } = context;
  const names = engine.pairs.map((pair) => pair.name);
  return {
    status: async () => {
      const held = await engine.store.transaction((tx) => tx.countHeld());
      return { ...statusView(context, await look(engine.store, names)), ...held };
    },
    series: async ({ query }) => ({ bucketSeconds: 60, buckets: [...vitals.series.last(query.minutes)] }),
    events: async ({ query, who, request, reply }) => {
      const stillAllowed = async (): Promise<boolean> => who !== null && gate.isStillIn(who);
      streamEvents(request, reply, { hub, topics: query.topics, stillAllowed, heartbeatMs });
      return undefined;
    },
    openapi: async () => openApi(context.version),
  };
}
