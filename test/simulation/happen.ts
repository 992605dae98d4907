import { type Side, sides } from '../../src/core/side.ts';
import { resync } from '../../src/engine/resync.ts';
import { fieldsOf, queueEverything } from '../model/steps.ts';
import { objects } from '../model/world.ts';
import { type Step, underOurUser } from './script.ts';
import type { SimulatedWorld } from './world.ts';

/** Lets one step happen. What has nobody to happen to does not happen. */
export async function happen(world: SimulatedWorld, step: Step): Promise<void> {
  switch (step.kind) {
    case 'put':
      return put(world, step);
    case 'edit':
      return edit(world, step.side, step.which, step.what, step.by);
    case 'slip':
      return slip(world, step);
    case 'both':
      return editBoth(world, step);
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
    case 'attach':
      return attach(world, step);
    case 'replace':
      return world.papers.replace(step.which);
    case 'unattach':
      return world.papers.unattach(step.which);
    case 'blind':
      world.note(`comments of ${step.side} are hidden for ${step.ms} ms`, `comments hidden on ${step.side}`);
      return world.blind(step.side, step.ms);
    case 'remove':
      return remove(world, step.side, step.which);
    case 'restore':
      return restore(world, step.which);
    case 'hide':
      return hide(world, step);
    case 'detach':
      return detach(world, step.which);
    case 'decide':
      return decide(world, step.which, step.take);
    case 'resume':
      return world.resume();
    case 'kill':
      world.restartAfter(step.restartMs);
      return world.replicas[step.replica]?.dieIn(step.doors, step.port ?? 'door');
    case 'pause':
      world.pauses.push(step.ms);
      return world.replicas[step.replica]?.stopIn(step.doors);
    case 'skew':
      return skew(world, step.replica, step.ms);
    case 'jump':
      world.note(`the clock of ${step.side} jumps by ${step.ms} ms`, `clock jump of ${step.side}`);
      return world.jump(step.side, step.ms);
    case 'lag':
      world.note(`saves on ${step.side} become visible ${step.ms} ms late`, `late rows on ${step.side}`);
      // A comment that is shown later than the settle time after it was sent is posted again: nothing but its list tells of it.
      return world.desks[step.side].setLag(world.weather.comments === true ? Math.min(step.ms, 10_000) : step.ms);
    case 'outage':
      world.note(`${step.side} is ${step.what} for ${step.ms} ms`, `${step.side} ${step.what}`);
      return world.outage(step.side, step.what, step.ms);
    case 'slow':
      world.note(
        `each write to ${step.side} stands in line for ${step.eachMs} ms, for ${step.ms} ms`,
        `slow writes to ${step.side}`,
      );
      return world.slow(step.side, step.eachMs, step.ms);
    case 'fault':
      return world.desks[step.side].faults.add(step.fault);
    case 'database':
      return world.away(step.what, step.times);
    case 'resync':
      return startResync(world);
    case 'repeat':
      return queueEverything(world, step.order);
  }
}

function put(world: SimulatedWorld, step: Extract<Step, { kind: 'put' }>): void {
  const desk = world.desks[step.side];
  // With the one that is always there.
  if (desk.rows(objects[step.side]).length >= (world.weather.tickets ?? 5)) return;
  desk.put(objects[step.side], {
    ...fieldsOf(world, step.side, { field: 'title', text: step.text }),
    ...fieldsOf(world, step.side, { field: 'text', text: step.text + 1 }),
    ...fieldsOf(world, step.side, { field: 'state', choice: step.choice }),
    ...fieldsOf(world, step.side, { field: 'urgency', choice: step.choice }),
  });
}

function edit(
  world: SimulatedWorld,
  side: Side,
  which: number,
  what: Parameters<typeof fieldsOf>[2],
  by: string,
): void {
  const id = rowId(world, side, which);
  if (id === undefined) return;
  world.desks[side].edit(objects[side], id, fieldsOf(world, side, what), by);
  if (by === 'automation') world.note(`automation changes ${id} on ${side}`, 'edit by automation');
  if (by === underOurUser) world.note(`automation changes ${id} on ${side} as our own user`, 'edit under our own user');
}

/** An import, or a script without automatic fields: no stamp and no counter tells of it. */
function slip(world: SimulatedWorld, step: Extract<Step, { kind: 'slip' }>): void {
  const id = rowId(world, step.side, step.which);
  if (id === undefined) return;
  world.desks[step.side].slip(objects[step.side], id, fieldsOf(world, step.side, step.what));
  world.note(`an import changes ${id} on ${step.side} without a stamp`, 'change without a stamp');
}

/** Two people edit both records of one link in the same moment. */
async function editBoth(world: SimulatedWorld, step: Extract<Step, { kind: 'both' }>): Promise<void> {
  const links = await world.store.transaction((tx) => tx.findLinks({ limit: 100 }));
  const link = links[step.which % Math.max(1, links.length)];
  if (link === undefined || sides.some((side) => !isLive(world, side, link.ids[side]))) return;
  for (const side of sides) {
    const what = side === 'servicenow' ? step.what : step.across;
    world.desks[side].edit(objects[side], link.ids[side], fieldsOf(world, side, what));
  }
}

function say(world: SimulatedWorld, step: Extract<Step, { kind: 'say' }>): void {
  const id = rowId(world, step.side, step.which);
  if (id === undefined) return;
  world.talk.say(step.side, id, step.internal ? 'internal' : 'public', step.text);
  world.note(`a person comments on ${id} on ${step.side}`, 'comment');
}

function attach(world: SimulatedWorld, step: Extract<Step, { kind: 'attach' }>): void {
  const id = rowId(world, step.side, step.which);
  if (id === undefined) return;
  world.papers.attach(step.side, id, step.internal ? 'internal' : 'public', step.content);
  world.note(`a person attaches a file to ${id} on ${step.side}`, 'file attached');
}

function remove(world: SimulatedWorld, side: Side, which: number): void {
  const id = rowId(world, side, which);
  if (id === undefined) return;
  world.desks[side].remove(objects[side], id);
  world.note(`a person deletes ${id} on ${side}`, `record deleted on ${side}`);
}

/** A person takes a ticket that has a link out of the recycle bin. */
async function restore(world: SimulatedWorld, which: number): Promise<void> {
  const links = await world.store.transaction((tx) => tx.findLinks({ limit: 100 }));
  const gone = links.flatMap((link) =>
    sides.filter((side) => !isLive(world, side, link.ids[side])).map((side) => ({ side, id: link.ids[side] })),
  );
  const one = gone[which % Math.max(1, gone.length)];
  if (one === undefined) return;
  world.desks[one.side].restore(objects[one.side], one.id);
  world.note(`a person restores ${one.id} on ${one.side}`, `record restored on ${one.side}`);
}

function hide(world: SimulatedWorld, step: Extract<Step, { kind: 'hide' }>): void {
  const { side } = step;
  const id = rowId(world, side, step.which);
  if (id === undefined) return;
  world.hide(side, id, step.ms);
  world.note(`an access rule hides ${id} on ${side} for ${step.ms} ms`, `record hidden on ${side}`);
}

/** As `links unlink` does it. */
async function detach(world: SimulatedWorld, which: number): Promise<void> {
  await world.store.transaction(async (tx) => {
    const links = (await tx.findLinks({ limit: 100 })).filter(
      (link) => link.status !== 'detached' && link.ids.servicenow !== world.veteran,
    );
    const link = links[which % Math.max(1, links.length)];
    if (link === undefined) return;
    await tx.setLinkStatus([link.id], 'detached');
    await tx.clearQuarantine([`link:${link.id}`]);
    for (const side of sides) world.detached.set(link.ids[side], world.clock.now());
    world.note(`a person unlinks ${link.ids.servicenow} and ${link.ids.salesforce}`, 'link detached');
  });
}

/** As `conflicts resolve` does it. */
async function decide(world: SimulatedWorld, which: number, take: Side): Promise<void> {
  await world.store.transaction(async (tx) => {
    const open = await tx.listConflicts({ all: false, limit: 100 });
    const row = open[which % Math.max(1, open.length)];
    if (row === undefined) return;
    await tx.decideConflict(row.id, { kind: 'take', side: take });
    await tx.enqueue([{ kind: 'link', linkId: row.linkId }]);
    world.note(`a person decides ${row.field} for ${take}`, 'conflict decided by a person');
  });
}

function skew(world: SimulatedWorld, replica: number, ms: number): void {
  const process = world.replicas[replica];
  if (process === undefined) return;
  process.skewMs = ms;
  world.note(`the clock of ${process.name} is off by ${ms} ms`, 'clock of a replica set');
}

/** As `resync` does it, in a process of its own, beside the replicas. */
function startResync(world: SimulatedWorld): void {
  const command = world.startProcess('resync');
  world.note('somebody starts a resync', 'resync');
  const run = () => resync(command.engine, { dryRun: false, signal: new AbortController().signal });
  void command.reading(run).catch((error: unknown) => {
    world.note(`the resync gives up: ${error instanceof Error ? error.message : String(error)}`, 'resync given up');
  });
}

function rowId(world: SimulatedWorld, side: Side, which: number): string | undefined {
  const rows = world.desks[side].rows(objects[side]).filter((row) => !isVeteran(world, row));
  return rows[which % Math.max(1, rows.length)]?.id;
}

function isVeteran(world: SimulatedWorld, row: { readonly id: string; readonly partnerId: string | null }): boolean {
  return row.id === world.veteran || row.partnerId === world.veteran;
}

function isLive(world: SimulatedWorld, side: Side, id: string): boolean {
  return world.desks[side].rows(objects[side]).some((row) => row.id === id);
}
