import { iso } from '../../core/clock.ts';
import { sameInstance } from '../../core/life/instance.ts';
import { bothSides, sides } from '../../core/side.ts';
import type { PairPause } from '../../store/store.ts';
import type { Engine } from '../engine.ts';

/**
 * Asks both desks who they are, once at the start, and remembers it. Where another instance or org answers than the one the links
 * were made with (a clone, a refreshed sandbox, another address), every pair stands still before anything is read or written, until
 * a person has said that this is right. Rejects with ConnectorError.
 */
export async function meetInstances(engine: Engine): Promise<readonly PairPause[]> {
  const [servicenow, salesforce] = await Promise.all(sides.map((side) => engine.systems[side].identity()));
  const seen = bothSides((side) => (side === 'servicenow' ? servicenow : salesforce)?.instance ?? '');
  const pauses = await engine.store.transaction(async (tx) => {
    const made: PairPause[] = [];
    for (const side of sides) {
      const known = await tx.identity(side);
      const verdict =
        known === null ? ({ kind: 'learned', instance: seen[side] } as const) : sameInstance(known, seen[side]);
      if (verdict.kind === 'learned') await tx.saveIdentity(side, verdict.instance);
      if (verdict.kind !== 'other') continue;
      const detail = { side, was: known ?? '', is: seen[side] };
      const at = iso(engine.clock.now());
      made.push(...engine.pairs.map(({ name }): PairPause => ({ pair: name, reason: 'instance-changed', detail, at })));
    }
    for (const pause of made) await tx.pausePair(pause);
    return made;
  });
  for (const pause of pauses) engine.emit({ type: 'pair.paused', pause });
  return pauses;
}
