import type { Side } from '../../../src/core/side.ts';
import { sides } from '../../../src/core/side.ts';
import type { FaultKind } from '../../../src/sandbox/faults.ts';
import { createDice, type Dice } from '../dice.ts';
import type { FateKind, Weather } from './fates.ts';

/** Something that happens in a life on the wire. */
export type Act =
  /** Somebody does something; who and what is drawn from a seed of its own, so that leaving out one act changes no other. */
  | { readonly kind: 'people'; readonly seed: number }
  | {
      readonly kind: 'fault';
      readonly side: Side;
      readonly fault: FaultKind;
      readonly times: number;
      readonly skip: number;
      readonly ms: number;
    }
  | { readonly kind: 'unreachable'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'kill'; readonly replica: number; readonly doors: number; readonly restartMs: number };

/** A whole life on the wire, drawn from one seed. */
export interface WireScript {
  readonly seed: number;
  readonly network: Weather;
  readonly replicas: number;
  readonly lanes: number;
  readonly pageSize: number;
  readonly batchSize: number;
  readonly acts: readonly { readonly afterMs: number; readonly act: Act }[];
}

/** Answers that the desks have really given somebody, by what arms them. */
const answers = [
  'rate-limited',
  'rate-limited-bare',
  'unavailable',
  'gateway-html',
  'accepted-dropped',
  'ok-html',
  'ok-error',
  'error-after',
  'expired-token',
  'revoked-token',
  'late-rows',
] as const satisfies readonly FaultKind[];

const losses = [
  'lost request',
  'lost answer',
  'half an answer',
  'silence',
  'late',
] as const satisfies readonly FateKind[];

/** The life of a seed: of all that can go wrong about half is on, at a rate of its own. */
export function drawWireScript(seed: number): WireScript {
  const dice = createDice(seed ^ 0x3173);
  const on = dice.some(answers);
  const troubles: readonly (() => Act)[] = [
    ...(on.length === 0 ? [] : [() => drawFault(dice, on)]),
    ...(dice.chance(0.5) ? [() => drawOutage(dice)] : []),
    ...(dice.chance(0.6) ? [() => drawKill(dice)] : []),
  ];
  const acts = Array.from({ length: dice.between(8, 30) }, () => {
    const trouble = dice.chance(0.35) ? troubles[dice.upTo(troubles.length)] : undefined;
    return { afterMs: drawGap(dice), act: trouble?.() ?? ({ kind: 'people', seed: dice.upTo(1_000_000) } as const) };
  });
  return {
    seed,
    network: {
      shares: Object.fromEntries(dice.some(losses).map((kind) => [kind, dice.between(1, 60) / 1000])),
      slow: dice.chance(0.3) ? dice.between(1, 50) / 1000 : 0,
    },
    replicas: dice.pick([1, 1, 2]),
    lanes: dice.pick([1, 2, 5]),
    pageSize: dice.pick([2, 50, 1000]),
    batchSize: dice.pick([1, 3, 1000]),
    acts: [{ afterMs: 0, act: { kind: 'people', seed } }, ...acts],
  };
}

function drawGap(dice: Dice): number {
  return dice.pick([
    () => 0,
    () => dice.between(1, 1500),
    () => dice.between(1, 12_000),
    () => dice.between(1, 90_000),
  ])();
}

function drawFault(dice: Dice, on: readonly (typeof answers)[number][]): Act {
  return {
    kind: 'fault',
    side: sideOf(dice),
    fault: on[dice.upTo(on.length)] ?? 'unavailable',
    times: dice.between(1, 4),
    skip: dice.upTo(6),
    ms: dice.between(1000, 20_000),
  };
}

function drawOutage(dice: Dice): Act {
  return { kind: 'unreachable', side: sideOf(dice), ms: dice.between(1000, 180_000) };
}

function drawKill(dice: Dice): Act {
  return { kind: 'kill', replica: dice.upTo(2), doors: dice.upTo(60), restartMs: dice.between(0, 30_000) };
}

function sideOf(dice: Dice): Side {
  return dice.pick(sides as readonly [Side, Side]);
}
