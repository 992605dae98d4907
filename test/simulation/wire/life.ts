import type { WireScript } from './script.ts';
import { otherSide, sides } from '../../../src/core/side.ts';
import { judgeOn } from '../../chaos/judge.ts';
import type { Edit, Ticket } from '../../chaos/people.ts';
import { birth } from './virtual-time.ts';
import { WireWorld } from './world.ts';

export interface WireLife {
  readonly seed: number;
  readonly hash: number;
  readonly broken: readonly string[];
  readonly diary: readonly string[];
  readonly struck: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly tickets: number;
  readonly edits: number;
  readonly comments: number;
  readonly files: number;
}

/** Lives through a script, then through a quiet time, and holds both desks against what people did. Never rejects. */
export async function liveOnTheWire(script: WireScript, texts: readonly string[]): Promise<WireLife> {
  const world = await WireWorld.begin(script, texts);
  let broken: readonly string[];
  try {
    broken = await liveThrough(world);
  } catch (error) {
    broken = [`comes to rest: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
  const { tickets } = world.people;
  await world.end();
  return {
    seed: script.seed,
    hash: world.hash,
    broken,
    diary: world.diary,
    struck: world.struck,
    requests: world.requests,
    tickets: tickets.length,
    edits: tickets.reduce((sum, ticket) => sum + ticket.edits.length, 0),
    comments: tickets.reduce((sum, ticket) => sum + ticket.comments.length, 0),
    files: tickets.reduce((sum, ticket) => sum + ticket.files.length, 0),
  };
}

async function liveThrough(world: WireWorld): Promise<readonly string[]> {
  await world.time.until(birth + 5_000);
  for (const { afterMs, act } of world.script.acts) {
    await world.time.until(world.time.now() + afterMs);
    switch (act.kind) {
      case 'people':
        await world.let(act.seed, world.people.tickets.length === 0 ? 3 : 1);
        break;
      case 'fault':
        world.note(`${act.side} will answer ${act.fault}, ${act.times} times`);
        world.desks[act.side].sandbox.faults.add({ kind: act.fault, times: act.times, skip: act.skip, ms: act.ms });
        break;
      case 'unreachable':
        world.note(`${act.side} is unreachable for ${act.ms} ms`);
        world.unreachable(act.side, act.ms);
        break;
      case 'kill':
        world.restartAfter(act.restartMs);
        world.replicas[act.replica]?.dieIn(act.doors);
    }
  }
  await world.time.until(world.time.now() + 30_000);
  world.endTroubles();
  await comeToRest(world);
  const broken = await judge(world);
  return [...broken, ...(await judgeIdle(world))];
}

const minute = 60_000;

/** Long enough for everything that waits: late requests, two probes, and what was set aside for up to six hours. */
async function comeToRest(world: WireWorld): Promise<void> {
  await world.time.until(world.time.now() + 100_000);
  for (const ms of [10_000, 80_000, 10_000, 80_000, 5 * minute + 10_000, 80_000]) await round(world, ms);
  for (const hours of [1, 7, 7]) for (const ms of [hours * 60 * minute, 80_000, 10_000]) await round(world, ms);
}

async function round(world: WireWorld, afterMs: number): Promise<void> {
  await world.time.until(world.time.now() + afterMs);
  for (const replica of world.replicas) replica.hurry();
  await world.time.until(world.time.now() + 10_000);
}

async function judge(world: WireWorld): Promise<readonly string[]> {
  const broken = await judgeOn(
    {
      rows: async (side, object) => world.desks[side].rows(object),
      files: async (side, object, id) => world.desks[side].filesOn(object, id),
      ours: () => oursOf(world),
    },
    world.people,
  );
  const aside = await world.store.transaction((tx) => tx.listQuarantine(100));
  const unseen: string[] = [];
  for (const ticket of world.people.tickets)
    for (const edit of ticket.edits)
      if (await wasUnseen(world, ticket, edit)) unseen.push(`${ticket.token} ${edit.field}: ${edit.value}`);
  return [
    ...broken
      .filter(({ what, about }) => what !== 'lost edit' || !unseen.includes(about))
      .map(({ what, about }) => `${what}: ${about}`),
    ...aside.map((row) => `set aside: ${row.key} ${JSON.stringify(row.reason)}`),
  ];
}

/**
 * What a write was decided on was read no longer before it was sent than this: where there is one lane, it stands in line behind a call
 * that is never answered (45 s), and its tries.
 */
const readBeforeMs = 60_000;

/**
 * An edit in the gap between our read and our write whose answer was lost as well: nobody but the desk's own history has seen it
 * (docs/reliability.md, "Where a promise ends").
 */
async function wasUnseen(world: WireWorld, ticket: Ticket, edit: Edit): Promise<boolean> {
  const id = await world.people.idOn(ticket, edit.side);
  const across = await world.people.idOn(ticket, otherSide(edit.side));
  return world.unheard[edit.side].some(({ sentAt, arrivesAt, parts }) => {
    const inGap = edit.at >= sentAt - readBeforeMs && edit.at <= arrivesAt;
    const text = parts.join('');
    const about = [id, across].some((one) => one !== null && text.includes(one));
    return inGap && about && /^(POST|PATCH) /.test(text);
  });
}

/** The values that we keep, and those between which a person is asked to choose. */
async function oursOf(world: WireWorld): Promise<{ readonly kept: string; readonly asked: ReadonlySet<string> }> {
  return world.store.transaction(async (tx) => {
    const conflicts = await tx.listConflicts({ all: true, limit: 10_000 });
    const links = await tx.findLinks({ limit: 10_000 });
    const history = [];
    for (const link of links) history.push(...(await tx.historyOf(link.id, 10_000)));
    const asked = conflicts
      .filter((row) => row.status === 'open')
      .map((row) => sides.map((side) => String(row.values[side])).join('|'));
    return { kept: JSON.stringify([conflicts, history]), asked: new Set(asked) };
  });
}

/** Nothing is written any more. */
async function judgeIdle(world: WireWorld): Promise<readonly string[]> {
  for (const side of sides) world.desks[side].sandbox.forgetCalls();
  for (const ms of [10_000, 310_000, 10_000]) await round(world, ms);
  const writes = sides.flatMap((side) =>
    world.desks[side].sandbox
      .calls()
      .filter(({ method, path }) => method === 'PATCH' || (method === 'POST' && path.endsWith('/Case')))
      .map(({ method, path }) => `${side} ${method} ${path}`),
  );
  return writes.map((write) => `idle when quiet: ${write}`);
}
