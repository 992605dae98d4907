import type { MemoryFault } from '../../src/connectors/memory/faults.ts';
import { type Side, sides } from '../../src/core/side.ts';
import type { Change } from '../model/steps.ts';
import { createDice, type Dice } from './dice.ts';
import { type Mix, mixes } from './mixes.ts';
import { type Script, type Step, type StepKind, underOurUser, type Weather } from './script.ts';

/**
 * The life of a seed. It is drawn from one of the mixes, of whose troubles about half are on: with all at once nothing would get far,
 * and what needs three things to meet would never see them meet.
 */
export function drawScript(seed: number): Script {
  const dice = createDice(seed);
  const mix = dice.pick(mixes);
  const weather = drawWeather(dice, mix);
  const on = dice.some(mix.troubles);
  const kinds = (Object.keys(mix.weights) as StepKind[]).filter(
    (kind) => !mix.troubles.includes(kind) || on.includes(kind),
  );
  const urn = kinds.flatMap((kind) => Array.from({ length: mix.weights[kind] ?? 0 }, () => kind));
  const steps = Array.from({ length: dice.between(6, 40) }, () => ({
    afterMs: drawGap(dice),
    step: drawStep(dice, dice.pick(urn as [StepKind, ...StepKind[]]), mix),
  }));
  const first = { kind: 'put', side: dice.pick(sides as [Side, Side]), text: 0, choice: dice.upTo(7) } as const;
  return { seed, mix: mix.name, weather, steps: [{ afterMs: 0, step: first }, ...steps] };
}

function drawGap(dice: Dice): number {
  return dice.pick([
    () => 0,
    () => dice.between(1, 1500),
    () => dice.between(1, 1500),
    () => dice.between(1, 12_000),
    () => dice.between(1, 12_000),
    () => dice.between(1, 90_000),
  ])();
}

function drawWeather(dice: Dice, mix: Mix): Weather {
  return {
    conflict: dice.pick(['latest', 'latest', 'servicenow', 'salesforce', 'manual']),
    tieBreak: side(dice),
    stampMs: { servicenow: 1000, salesforce: dice.pick([1000, 1000, 1]) },
    clockOffsetMs: { servicenow: dice.between(-5000, 5000), salesforce: dice.between(-5000, 5000) },
    history: dice.chance(0.5),
    pageSize: dice.pick([1, 2, 50]),
    batchSize: dice.pick([1, 3, 200]),
    tickMs: dice.pick([5000, 10_000]),
    replicas: dice.pick([1, 2, 2]),
    handlers: dice.pick([1, 1, 2, 3]),
    maxCreates: dice.pick([200, 200, 1]),
    tellsDeleted: dice.chance(0.5),
    comments: dice.chance(0.5),
    files: dice.chance(0.3),
    lossy: dice.chance(0.5) ? [] : dice.some(['trims', 'crlf', 'cuts', 'computes urgency', 'escalates']),
    ...mix.weather(dice),
  };
}

function drawStep(dice: Dice, kind: StepKind, mix: Mix): Step {
  switch (kind) {
    case 'put':
      return { kind, side: side(dice), text: dice.upTo(6), choice: dice.upTo(7) };
    case 'edit':
      return {
        kind,
        side: side(dice),
        which: dice.upTo(6),
        what: drawChange(dice),
        by: dice.pick(['person', 'person', 'automation', underOurUser]),
      };
    case 'slip':
      return { kind, side: side(dice), which: dice.upTo(6), what: drawChange(dice) };
    case 'both':
      return { kind, which: dice.upTo(6), what: drawChange(dice), across: drawChange(dice) };
    case 'race':
      return { kind, side: side(dice), what: drawChange(dice) };
    case 'say':
      return { kind, side: side(dice), which: dice.upTo(6), text: dice.upTo(35), internal: dice.chance(0.4) };
    case 'attach':
      return { kind, side: side(dice), which: dice.upTo(6), content: dice.upTo(12), internal: dice.chance(0.3) };
    case 'blind':
      return { kind, side: side(dice), ms: dice.between(1000, 240_000) };
    case 'rewrite':
      return { kind, which: dice.upTo(6), text: dice.upTo(35) };
    case 'publish':
    case 'unsay':
    case 'replace':
    case 'unattach':
      return { kind, which: dice.upTo(6) };
    case 'remove':
      return { kind, side: side(dice), which: dice.upTo(6) };
    case 'restore':
      return { kind, which: dice.upTo(6) };
    case 'hide':
      return { kind, side: side(dice), which: dice.upTo(6), ms: dice.between(1000, 120_000) };
    case 'detach':
      return { kind, which: dice.upTo(6) };
    case 'decide':
      return { kind, which: dice.upTo(6), take: side(dice) };
    case 'kill':
      return {
        kind,
        replica: dice.upTo(2),
        doors: dice.upTo(40),
        restartMs: dice.between(0, 30_000),
        ...(dice.chance(0.15) ? { port: dice.pick(['clock', 'random'] as const) } : {}),
      };
    case 'pause':
      return { kind, replica: dice.upTo(2), doors: dice.upTo(40), ms: dice.between(1000, dice.pick([9000, 240_000])) };
    case 'skew':
      return { kind, replica: dice.upTo(2), ms: dice.between(-3000, 3000) };
    case 'jump':
      return { kind, side: side(dice), ms: dice.between(-8000, 8000) };
    case 'lag':
      return { kind, side: side(dice), ms: dice.between(0, dice.pick([10_000, 10_000, 10_000, 120_000])) };
    case 'outage':
      return {
        kind,
        side: side(dice),
        what: dice.pick(['down', 'limited', 'refused']),
        ms: dice.between(1000, 300_000),
      };
    case 'slow':
      return { kind, side: side(dice), eachMs: dice.between(500, 40_000), ms: dice.between(30_000, 400_000) };
    case 'fault':
      return { kind, side: side(dice), fault: drawFault(dice, mix) };
    case 'database':
      return { kind, what: dice.pick(['away', 'commit unknown']), times: dice.between(1, 3) };
    case 'repeat':
      return { kind, order: dice.upTo(10) };
    case 'resume':
    case 'resync':
      return { kind };
  }
}

function drawChange(dice: Dice): Change {
  return dice.pick<() => Change>([
    () => ({ field: 'title', text: dice.upTo(6) }),
    () => ({ field: 'text', text: dice.upTo(6) }),
    () => ({ field: 'text', text: dice.upTo(6) }),
    () => ({ field: 'state', choice: dice.upTo(7) }),
    () => ({ field: 'urgency', choice: dice.upTo(7) }),
    () => ({ field: 'urgency', choice: dice.upTo(7) }),
    () => (dice.chance(0.5) ? { field: 'clear' } : { field: 'other', text: dice.upTo(6) }),
  ])();
}

function drawFault(dice: Dice, mix: Mix): MemoryFault {
  const times = dice.between(1, 3);
  const write = dice.pick(mix.writes);
  if (mix.late !== undefined && dice.chance(mix.late))
    return { error: 'Unavailable', method: write, effect: dice.between(15_000, 60_000), times };
  return dice.pick<() => MemoryFault>([
    () => ({
      error: 'Unavailable',
      method: dice.pick(mix.reads),
      executed: dice.pick(['no', 'maybe']),
      times,
    }),
    () => ({
      error: dice.pick(['Unavailable', 'RateLimited']),
      method: write,
      executed: dice.pick(['no', 'maybe']),
      whole: dice.chance(0.5),
      times,
    }),
    () => ({ error: 'Unavailable', method: write, effect: 'done', times }),
    () => ({ error: 'Unavailable', method: write, effect: dice.between(1, 60_000), times }),
    () => ({ error: dice.pick(['Rejected', 'NotFound', 'StaleVersion']), method: write, times }),
  ])();
}

function side(dice: Dice): Side {
  return dice.pick(sides as readonly [Side, Side]);
}
