import { runsThatWrote } from '../../operate/runs-that-wrote.ts';
import type { UndoAsk } from '../../operate/undo.ts';
import type { UndoAsk as Asked } from '../schemas/undo.ts';
import { runView } from '../views/run.ts';
import { undoPlanView } from '../views/undo.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type UndoRoutes = 'undoRuns' | 'undoPlan' | 'undo';

/** Putting back what a run overwrote: its plan first, then that very plan. */
export const undoHandlers: MakeHandlers<UndoRoutes> = ({ engine, undoer, vitals }): HandlersOf<UndoRoutes> => ({
  undoRuns: async ({ query }) => ({ items: [...(await runsThatWrote(engine.store, query.limit))] }),
  undoPlan: async ({ body }) => undoPlanView(await undoer.plan(askOf(body))),
  undo: async ({ body: { mark, ...asked }, operator }) => {
    const row = await undoer.begin(operator, askOf(asked), mark);
    const state = { row, progress: undoer.progress(row.id), drift: [], error: null };
    return runView(state, { now: engine.clock.now(), startedAt: vitals.startedAt });
  },
});

function askOf({ run, pair, field, since, until }: Asked): UndoAsk {
  return {
    run,
    ...(pair === undefined ? {} : { pair }),
    ...(field === undefined ? {} : { field }),
    // History has times in UTC, and they are compared as texts.
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
}
