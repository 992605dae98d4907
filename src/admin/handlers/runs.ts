import type { RunState } from '../../operate/runs.ts';
import type { Run } from '../schemas/runs.ts';
import { runDetail, runView } from '../views/run.ts';
import { given } from './links.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type RunRoutes = 'runs' | 'run' | 'runStart' | 'runPause' | 'runStop' | 'runResume';

/** Runs in the background. */
export const runHandlers: MakeHandlers<RunRoutes> = ({ engine, runner, undoer, vitals }): HandlersOf<RunRoutes> => {
  const options = () => ({ now: engine.clock.now(), startedAt: vitals.startedAt });
  const known = (state: RunState): RunState => ({
    ...state,
    progress: state.progress ?? undoer.progress(state.row.id),
  });
  const view = (state: RunState): Run => runView(known(state), options());
  return {
    runs: async ({ query }) => {
      const states = await runner.list(query.kind === undefined ? query.limit : 200);
      const wanted = states.filter(({ row }) => query.kind === undefined || row.kind === query.kind);
      return { items: wanted.slice(0, query.limit).map(view) };
    },
    run: async ({ params }) => runDetail(known(await runner.get(params.id)), options()),
    runStart: async ({ body, operator }) => {
      if (body.kind === 'verify') return view(await runner.start(operator, { kind: 'verify', ...pairIn(body) }));
      const since = body.since === undefined ? {} : { since: new Date(body.since).toISOString() };
      return view(await runner.start(operator, { kind: 'resync', ...pairIn(body), ...since }));
    },
    runPause: async ({ params, operator }) => view(await runner.pause(operator, params.id)),
    runStop: async ({ params, operator }) => view(await runner.stop(operator, params.id)),
    runResume: async ({ params, operator }) => view(await runner.resume(operator, params.id)),
  };
};

function pairIn({ pair }: { readonly pair?: string | undefined }): { readonly pair?: string } {
  return given({ pair });
}
