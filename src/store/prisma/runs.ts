import type { PairPause, RunKind, RunRow, Tx } from '../store.ts';
import type { Db } from './db.ts';
import type { PairPause as PauseModel, Prisma, Run } from './generated/client.ts';
import { optional } from './rows.ts';
import { fromJson, fromStored, storableJson, toStored } from './text.ts';

type RunMethods = Pick<
  Tx,
  | 'pauses'
  | 'pausePair'
  | 'resumePair'
  | 'saveRun'
  | 'runById'
  | 'unfinishedRun'
  | 'recentRuns'
  | 'identity'
  | 'saveIdentity'
>;

const latestFirst = [{ startedAt: 'desc' }, { id: 'desc' }] as const satisfies Prisma.RunOrderByWithRelationInput[];

/** Runs, pauses and identities: a few rows now and then, so through the typed client. */
export function runMethods(db: Db): RunMethods {
  return {
    pauses: async () => (await db.pairPause.findMany({ orderBy: { pair: 'asc' } })).map(toPause),
    pausePair: async (pause) => {
      const rest = { reason: pause.reason, detail: storableJson(pause.detail), at: pause.at };
      const pair = toStored(pause.pair);
      await db.pairPause.upsert({ where: { pair }, create: { pair, ...rest }, update: rest });
    },
    resumePair: async (pair) => {
      await db.pairPause.deleteMany({ where: { pair: toStored(pair) } });
    },

    saveRun: async (run) => {
      const row = columns(run);
      await db.run.upsert({ where: { id: row.id }, create: row, update: row });
    },
    runById: async (id) => toRun(await db.run.findUnique({ where: { id: toStored(id) } })),
    unfinishedRun: async (kind, pair) =>
      toRun(
        await db.run.findFirst({
          where: { kind, pair: pair === null ? null : toStored(pair), state: { in: ['running', 'stopped'] } },
          orderBy: [...latestFirst],
        }),
      ),
    recentRuns: async (limit) =>
      (await db.run.findMany({ orderBy: [...latestFirst], take: limit })).flatMap((run) => toRun(run) ?? []),

    identity: async (side) => optional((await db.identity.findUnique({ where: { side } }))?.instance ?? null),
    saveIdentity: async (side, instance) => {
      const row = { side, instance: toStored(instance) };
      await db.identity.upsert({ where: { side }, create: row, update: row });
    },
  };
}

function columns(run: RunRow) {
  return {
    id: toStored(run.id),
    kind: run.kind,
    pair: run.pair === null ? null : toStored(run.pair),
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    state: run.state,
    position: storableJson(run.position),
    counts: storableJson(run.counts),
  };
}

function toRun(run: Run | null): RunRow | null {
  if (run === null) return null;
  return {
    id: fromStored(run.id),
    kind: run.kind as RunKind,
    pair: optional(run.pair),
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    state: run.state as RunRow['state'],
    position: fromJson(run.position) as RunRow['position'],
    counts: fromJson(run.counts) as RunRow['counts'],
  };
}

function toPause(pause: PauseModel): PairPause {
  return {
    pair: fromStored(pause.pair),
    reason: pause.reason as PairPause['reason'],
    detail: fromJson(pause.detail) as PairPause['detail'],
    at: pause.at.toISOString(),
  };
}
