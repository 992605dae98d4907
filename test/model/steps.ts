import * as fc from 'fast-check';
import type { MemoryFault } from '../../src/connectors/memory/faults.ts';
import type { Fields } from '../../src/core/record.ts';
import { type Side, sides } from '../../src/core/side.ts';
import { objects, type Weather, type World } from './world.ts';

/** Something that happens: people, time, the process, and what goes wrong. */
export type Step =
  | { readonly kind: 'put'; readonly side: Side; readonly text: number; readonly choice: number }
  | { readonly kind: 'edit'; readonly side: Side; readonly which: number; readonly what: Change }
  | { readonly kind: 'both'; readonly which: number; readonly what: Change; readonly across: Change }
  | { readonly kind: 'race'; readonly side: Side; readonly what: Change }
  | {
      readonly kind: 'say';
      readonly side: Side;
      readonly which: number;
      readonly text: number;
      readonly internal: boolean;
    }
  | { readonly kind: 'rewrite'; readonly which: number; readonly text: number }
  | { readonly kind: 'publish'; readonly which: number }
  | { readonly kind: 'unsay'; readonly which: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'poll'; readonly side: Side }
  | { readonly kind: 'work' }
  | { readonly kind: 'due' }
  | { readonly kind: 'round'; readonly ms: number }
  | { readonly kind: 'kill'; readonly at: number }
  /** Dies while it works, not while it polls: that is where the writes are. */
  | { readonly kind: 'killAtWork'; readonly at: number }
  | { readonly kind: 'fault'; readonly side: Side; readonly fault: MemoryFault }
  | { readonly kind: 'lag'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'repeat'; readonly order: number }
  | { readonly kind: 'drop' };

/** What a person changes. Texts are numbered, so that no two edits write the same. */
export type Change =
  | { readonly field: 'title' | 'text'; readonly text: number }
  | { readonly field: 'state' | 'urgency'; readonly choice: number }
  | { readonly field: 'clear' }
  /** A field that is not mapped: it moves the record's stamp and nothing else. */
  | { readonly field: 'other'; readonly text: number };

const states: Readonly<Record<Side, readonly string[]>> = {
  servicenow: ['1', '2', '3', '6', '7', '8', '-5'],
  salesforce: ['New', 'Working', 'Escalated', 'Closed', 'On Hold'],
};
const urgencies: Readonly<Record<Side, readonly string[]>> = {
  servicenow: ['1', '2', '3'],
  salesforce: ['High', 'Medium', 'Low'],
};
const names: Readonly<Record<Side, Readonly<Record<string, string>>>> = {
  servicenow: { title: 'short_description', text: 'description', state: 'state', urgency: 'urgency', other: 'impact' },
  salesforce: { title: 'Subject', text: 'Description', state: 'Status', urgency: 'Priority', other: 'Reason' },
};
const nameOf = (side: Side, field: string): string => names[side][field] ?? field;

/** A text that nobody has written yet; some are too long for the other side. */
function newText(world: Pick<World, 'nextText'>, kind: number): string {
  const no = world.nextText();
  return [`text ${no}`, `text ${no}\r\n`, `text ${no} ${'long '.repeat(60)}end`][kind % 3] ?? '';
}

/** The fields a person saves. */
export function fieldsOf(world: Pick<World, 'nextText'>, side: Side, what: Change): Fields {
  switch (what.field) {
    case 'title':
      return {
        [nameOf(side, 'title')]: newText(world, what.text)
          .trimEnd()
          .slice(0, side === 'servicenow' ? 160 : 255),
      };
    case 'text':
      return { [nameOf(side, 'text')]: newText(world, what.text) };
    case 'other':
      return { [nameOf(side, 'other')]: newText(world, what.text) };
    case 'clear':
      return { [nameOf(side, 'text')]: null };
    case 'state':
      return { [nameOf(side, 'state')]: states[side][what.choice % states[side].length] ?? null };
    case 'urgency':
      return { [nameOf(side, 'urgency')]: urgencies[side][what.choice % urgencies[side].length] ?? null };
  }
}

const side = fc.constantFrom<Side>(...sides);
const small = fc.nat(5);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ field: fc.constantFrom('title' as const, 'text' as const), text: small }) },
  {
    weight: 4,
    arbitrary: fc.record({ field: fc.constantFrom('state' as const, 'urgency' as const), choice: fc.nat(6) }),
  },
  { weight: 1, arbitrary: fc.record({ field: fc.constant('clear' as const) }) },
  { weight: 1, arbitrary: fc.record({ field: fc.constant('other' as const), text: small }) },
);

const times = fc.integer({ min: 1, max: 3 });
const fault: fc.Arbitrary<MemoryFault> = fc.oneof(
  fc.record({
    error: fc.constant('Unavailable' as const),
    method: fc.constantFrom('changes' as const, 'read' as const, 'probe' as const, 'fieldDates' as const),
    executed: fc.constantFrom('no' as const, 'maybe' as const),
    times,
  }),
  fc.record({
    error: fc.constantFrom('Unavailable' as const, 'RateLimited' as const),
    method: fc.constantFrom('create' as const, 'update' as const, 'post' as const),
    executed: fc.constantFrom('no' as const, 'maybe' as const),
    whole: fc.boolean(),
    times,
  }),
  fc.record({
    error: fc.constant('Unavailable' as const),
    method: fc.constantFrom('create' as const, 'update' as const, 'post' as const),
    effect: fc.oneof(fc.constant('done' as const), fc.integer({ min: 1, max: 60_000 })),
    times,
  }),
  fc.record({
    error: fc.constantFrom('Rejected' as const, 'NotFound' as const),
    method: fc.constantFrom('create' as const, 'update' as const, 'post' as const),
    times,
  }),
);

const happenings = {
  put: fc.record({ kind: fc.constant('put' as const), side, text: small, choice: fc.nat(6) }),
  edit: fc.record({ kind: fc.constant('edit' as const), side, which: small, what: change }),
  both: fc.record({ kind: fc.constant('both' as const), which: small, what: change, across: change }),
  race: fc.record({ kind: fc.constant('race' as const), side, what: change }),
  say: fc.record({ kind: fc.constant('say' as const), side, which: small, text: fc.nat(34), internal: fc.boolean() }),
  rewrite: fc.record({ kind: fc.constant('rewrite' as const), which: small, text: fc.nat(34) }),
  publish: fc.record({ kind: fc.constant('publish' as const), which: small }),
  unsay: fc.record({ kind: fc.constant('unsay' as const), which: small }),
  wait: fc.record({
    kind: fc.constant('wait' as const),
    ms: fc.oneof(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 1, max: 90_000 })),
  }),
  poll: fc.record({ kind: fc.constant('poll' as const), side }),
  work: fc.record({ kind: fc.constant('work' as const) }),
  due: fc.record({ kind: fc.constant('due' as const) }),
  round: fc.record({ kind: fc.constant('round' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
  kill: fc.record({ kind: fc.constant('kill' as const), at: fc.nat(24) }),
  killAtWork: fc.record({ kind: fc.constant('killAtWork' as const), at: fc.nat(20) }),
  fault: fc.record({ kind: fc.constant('fault' as const), side, fault }),
  lag: fc.record({ kind: fc.constant('lag' as const), side, ms: fc.integer({ min: 0, max: 10_000 }) }),
  repeat: fc.record({ kind: fc.constant('repeat' as const), order: fc.nat() }),
  drop: fc.record({ kind: fc.constant('drop' as const) }),
};

type StepKind = keyof typeof happenings;

const weights: Readonly<Record<StepKind, number>> = {
  put: 3,
  edit: 10,
  both: 4,
  race: 3,
  say: 8,
  rewrite: 2,
  publish: 1,
  unsay: 1,
  wait: 5,
  poll: 6,
  work: 6,
  due: 1,
  round: 6,
  kill: 2,
  killAtWork: 5,
  fault: 7,
  lag: 3,
  repeat: 1,
  drop: 0,
};

/** Which kinds of trouble are on differs from history to history: with all of them at once nothing would get far. */
export function history(options: { readonly drops: boolean } = { drops: false }): fc.Arbitrary<readonly Step[]> {
  const troubles: readonly StepKind[] = ['both', 'race', 'kill', 'killAtWork', 'fault', 'lag', 'repeat'];
  return fc.subarray([...troubles]).chain((on) => {
    const kinds = (Object.keys(happenings) as StepKind[]).filter(
      (kind) => !troubles.includes(kind) || on.includes(kind),
    );
    const weightOf = (kind: StepKind): number => (kind === 'drop' && options.drops ? 4 : weights[kind]);
    const all: { weight: number; arbitrary: fc.Arbitrary<Step> }[] = kinds
      .filter((kind) => weightOf(kind) > 0)
      .map((kind) => ({ weight: weightOf(kind), arbitrary: happenings[kind] }));
    return fc.array(fc.oneof(...all), { minLength: 1, maxLength: 40, size: 'max' });
  });
}

export const weather: fc.Arbitrary<Weather> = fc.record({
  conflict: fc.constantFrom(
    'latest' as const,
    'latest' as const,
    'servicenow' as const,
    'salesforce' as const,
    'manual' as const,
  ),
  tieBreak: side,
  stampMs: fc.record({ servicenow: fc.constant(1000), salesforce: fc.constantFrom(1000, 1) }),
  clockOffsetMs: fc.record({
    servicenow: fc.integer({ min: -5000, max: 5000 }),
    salesforce: fc.integer({ min: -5000, max: 5000 }),
  }),
  history: fc.boolean(),
  showsBefore: fc.constant(true),
  pageSize: fc.constantFrom(1, 2, 50),
  batchSize: fc.constantFrom(1, 3, 200),
  comments: fc.boolean(),
});

const mostTickets = 4;

/** Lets one step happen. */
export async function happen(world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'put':
      if (world.desks[step.side].rows(objects[step.side]).length >= mostTickets) return;
      world.desks[step.side].put(objects[step.side], {
        ...fieldsOf(world, step.side, { field: 'title', text: step.text }),
        ...fieldsOf(world, step.side, { field: 'text', text: step.text + 1 }),
        ...fieldsOf(world, step.side, { field: 'state', choice: step.choice }),
        ...fieldsOf(world, step.side, { field: 'urgency', choice: step.choice }),
      });
      return;
    case 'edit':
      return edit(world, step.side, step.which, step.what);
    case 'both':
      return editBoth(world, step.which, step.what, step.across);
    case 'race':
      return world.race(step.side, fieldsOf(world, step.side, step.what));
    case 'say':
      return say(world, step);
    case 'rewrite':
      return world.talk.rewrite(step.which, step.text);
    case 'publish':
      return world.talk.publish(step.which);
    case 'unsay':
      return world.talk.unsay(step.which);
    case 'wait':
      return world.clock.advance(step.ms);
    case 'poll':
      return world.poll(step.side);
    case 'work':
      await world.work();
      return;
    case 'due':
      return world.due();
    case 'round':
      return world.round(step.ms);
    case 'kill':
      return world.killAt(step.at);
    case 'killAtWork':
      for (const one of sides) await world.poll(one);
      world.killAt(step.at);
      await world.work();
      return world.spare();
    case 'fault':
      return world.desks[step.side].faults.add(step.fault);
    case 'lag':
      return world.desks[step.side].setLag(step.ms);
    case 'repeat':
      return queueEverything(world, step.order);
    case 'drop':
      return dropBatch(world);
  }
}

function edit(world: World, on: Side, which: number, what: Change): void {
  const rows = world.desks[on].rows(objects[on]);
  const row = rows[which % Math.max(1, rows.length)];
  if (row !== undefined) world.desks[on].edit(objects[on], row.id, fieldsOf(world, on, what));
}

function say(world: Pick<World, 'desks' | 'talk'>, step: Extract<Step, { readonly kind: 'say' }>): void {
  const rows = world.desks[step.side].rows(objects[step.side]);
  const row = rows[step.which % Math.max(1, rows.length)];
  if (row !== undefined) world.talk.say(step.side, row.id, step.internal ? 'internal' : 'public', step.text);
}

/** Two people edit both records of one link in the same moment. */
async function editBoth(world: World, which: number, what: Change, across: Change): Promise<void> {
  const links = await world.store.transaction((tx) => tx.findLinks({ limit: 100 }));
  const link = links[which % Math.max(1, links.length)];
  if (link === undefined) return;
  world.desks.servicenow.edit(objects.servicenow, link.ids.servicenow, fieldsOf(world, 'servicenow', what));
  world.desks.salesforce.edit(objects.salesforce, link.ids.salesforce, fieldsOf(world, 'salesforce', across));
}

/** S8: change references come again, for everything, in another order. */
export async function queueEverything(world: Pick<World, 'store' | 'desks' | 'pair'>, order: number): Promise<void> {
  await world.store.transaction(async (tx) => {
    const links = await tx.findLinks({ limit: 100 });
    const keys = [
      ...links.map((link) => ({ kind: 'link' as const, linkId: link.id })),
      ...sides.flatMap((one) =>
        world.desks[one]
          .rows(objects[one])
          .filter((row) => row.partnerId === null)
          .map((row) => ({ kind: 'new' as const, pair: world.pair.name, side: one, id: row.id })),
      ),
    ];
    const turn = keys.length === 0 ? 0 : order % keys.length;
    await tx.enqueue([...keys.slice(turn), ...keys.slice(0, turn), ...keys]);
  });
}

/** S8: change references are lost, as no crash may lose them; only a resync finds what they stood for. */
async function dropBatch(world: World): Promise<void> {
  const jobs = await world.store.queue.takeBatch(200);
  if (jobs.length > 0) await world.store.transaction((tx) => tx.completeJobs(jobs));
}
