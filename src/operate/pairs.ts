import type { PairPause } from '../store/store.ts';
import { note, type Operator, timeOf } from './operator.ts';
import { Refused } from './refused.ts';
import { type Consent, takeUp } from './standing.ts';

/** Lets a pair stand still until it is resumed: nothing is polled for it. Throws Refused where it stands still already. */
export async function pausePair(
  operator: Operator,
  name: string,
  known: readonly string[],
  why = '',
): Promise<PairPause> {
  if (!known.includes(name)) throw new Refused({ kind: 'no-pair', name, known });
  const detail = { by: operator.actor, ...(why === '' ? {} : { note: why }) };
  const pause: PairPause = { pair: name, reason: 'person', detail, at: timeOf(operator) };
  await operator.store.transaction(async (tx) => {
    const there = (await tx.pauses()).find((one) => one.pair === name);
    if (there !== undefined) throw new Refused({ kind: 'pair-stands', pause: there });
    await tx.pausePair(pause);
  });
  await note(operator, 'pair.pause', name, why === '' ? {} : { note: why });
  return pause;
}

/**
 * Sets a pair going again, whatever stopped it. Returns the pause that ended. Throws Refused where it goes already, or where another
 * instance answers and nobody has said that it is the right one.
 */
export async function resumePair(
  operator: Operator,
  name: string,
  known: readonly string[],
  consent: Consent = {},
): Promise<PairPause> {
  const pause = await operator.store.transaction(async (tx) => {
    const there = (await tx.pauses()).find((one) => one.pair === name);
    if (there === undefined && !known.includes(name)) throw new Refused({ kind: 'no-pair', name, known });
    if (there === undefined) throw new Refused({ kind: 'pair-goes', name });
    await takeUp(tx, there, consent, timeOf(operator));
    await tx.resumePair(name);
    return there;
  });
  await note(operator, 'pair.resume', name, { reason: pause.reason });
  return pause;
}
