import type { MemoryFault } from '../../src/connectors/memory/faults.ts';
import type { ConflictRule } from '../../src/core/rules.ts';
import { type Side, sides } from '../../src/core/side.ts';
import type { Change } from '../model/steps.ts';
import { createDice, type Dice } from './dice.ts';

/** What differs from one life to the next and stays as it is in one. */
export interface Weather {
  readonly conflict: ConflictRule;
  readonly tieBreak: Side;
  readonly stampMs: Readonly<Record<Side, number>>;
  readonly clockOffsetMs: Readonly<Record<Side, number>>;
  readonly history: boolean;
  readonly pageSize: number;
  readonly batchSize: number;
  readonly tickMs: number;
  readonly replicas: number;
  /** Most creates a poll may cause before the pair stops and asks. */
  readonly maxCreates: number;
  /** ServiceNow tells deletions from what is hidden: `sys_audit_delete` is readable. Left out: it does not. */
  readonly tellsDeleted?: boolean;
  /** Whether comments travel. */
  readonly comments?: boolean;
  /** How the desks change what is saved. */
  readonly lossy: readonly Lossy[];
}

export type Lossy = 'trims' | 'crlf' | 'cuts' | 'computes urgency' | 'escalates';
export type Outage = 'down' | 'limited' | 'refused';

/** Something that happens: to people, to desks, to processes. */
export type Step =
  | { readonly kind: 'put'; readonly side: Side; readonly text: number; readonly choice: number }
  | { readonly kind: 'edit'; readonly side: Side; readonly which: number; readonly what: Change; readonly by: string }
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
  | { readonly kind: 'remove'; readonly side: Side; readonly which: number }
  | { readonly kind: 'restore'; readonly which: number }
  | { readonly kind: 'hide'; readonly side: Side; readonly which: number; readonly ms: number }
  | { readonly kind: 'detach'; readonly which: number }
  | { readonly kind: 'decide'; readonly which: number; readonly take: Side }
  | { readonly kind: 'resume' }
  | { readonly kind: 'kill'; readonly replica: number; readonly doors: number; readonly restartMs: number }
  | { readonly kind: 'pause'; readonly replica: number; readonly doors: number; readonly ms: number }
  | { readonly kind: 'skew'; readonly replica: number; readonly ms: number }
  | { readonly kind: 'jump'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'lag'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'outage'; readonly side: Side; readonly what: Outage; readonly ms: number }
  | { readonly kind: 'fault'; readonly side: Side; readonly fault: MemoryFault }
  | { readonly kind: 'database'; readonly what: 'away' | 'commit unknown'; readonly times: number }
  | { readonly kind: 'resync' }
  | { readonly kind: 'repeat'; readonly order: number };

export type StepKind = Step['kind'];

/** A whole life: its weather, what happens when, and what the dice of its schedule start from. */
export interface Script {
  readonly seed: number;
  readonly weather: Weather;
  readonly steps: readonly { readonly afterMs: number; readonly step: Step }[];
}

const troubles: readonly StepKind[] = [
  'both',
  'race',
  'remove',
  'restore',
  'hide',
  'detach',
  'kill',
  'pause',
  'skew',
  'jump',
  'lag',
  'outage',
  'fault',
  'database',
  'resync',
  'repeat',
];

const weights: Readonly<Record<StepKind, number>> = {
  put: 4,
  edit: 14,
  both: 4,
  race: 3,
  say: 8,
  rewrite: 2,
  publish: 1,
  unsay: 1,
  remove: 1,
  restore: 2,
  hide: 1,
  detach: 1,
  decide: 2,
  resume: 1,
  kill: 4,
  pause: 3,
  skew: 1,
  jump: 1,
  lag: 3,
  outage: 2,
  fault: 5,
  database: 2,
  resync: 1,
  repeat: 1,
};

/** The life of a seed. About half the kinds of trouble are on: with all at once nothing would get far. */
export function drawScript(seed: number): Script {
  const dice = createDice(seed);
  const weather = drawWeather(dice);
  const on = dice.some(troubles);
  const kinds = (Object.keys(weights) as StepKind[]).filter((kind) => !troubles.includes(kind) || on.includes(kind));
  const urn = kinds.flatMap((kind) => Array.from({ length: weights[kind] }, () => kind)) as [StepKind, ...StepKind[]];
  const steps = Array.from({ length: dice.between(6, 40) }, () => ({
    afterMs: drawGap(dice),
    step: drawStep(dice, dice.pick(urn)),
  }));
  const first = { kind: 'put', side: dice.pick(sides as [Side, Side]), text: 0, choice: dice.upTo(7) } as const;
  return { seed, weather, steps: [{ afterMs: 0, step: first }, ...steps] };
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

function drawWeather(dice: Dice): Weather {
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
    maxCreates: dice.pick([200, 200, 1]),
    tellsDeleted: dice.chance(0.5),
    comments: dice.chance(0.7),
    lossy: dice.chance(0.5) ? [] : dice.some(['trims', 'crlf', 'cuts', 'computes urgency', 'escalates']),
  };
}

function drawStep(dice: Dice, kind: StepKind): Step {
  switch (kind) {
    case 'put':
      return { kind, side: side(dice), text: dice.upTo(6), choice: dice.upTo(7) };
    case 'edit':
      return {
        kind,
        side: side(dice),
        which: dice.upTo(6),
        what: drawChange(dice),
        by: dice.pick(['person', 'person', 'automation']),
      };
    case 'both':
      return { kind, which: dice.upTo(6), what: drawChange(dice), across: drawChange(dice) };
    case 'race':
      return { kind, side: side(dice), what: drawChange(dice) };
    case 'say':
      return { kind, side: side(dice), which: dice.upTo(6), text: dice.upTo(35), internal: dice.chance(0.4) };
    case 'rewrite':
      return { kind, which: dice.upTo(6), text: dice.upTo(35) };
    case 'publish':
    case 'unsay':
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
      return { kind, replica: dice.upTo(2), doors: dice.upTo(40), restartMs: dice.between(0, 30_000) };
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
    case 'fault':
      return { kind, side: side(dice), fault: drawFault(dice) };
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

function drawFault(dice: Dice): MemoryFault {
  const times = dice.between(1, 3);
  const write = dice.pick<'create' | 'update' | 'post'>(['create', 'update', 'update', 'post']);
  return dice.pick<() => MemoryFault>([
    () => ({
      error: 'Unavailable',
      method: dice.pick(['changes', 'read', 'probe', 'fieldDates']),
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
