import { expect, it } from 'vitest';
import { builtAt, runRow } from '../../support/builders.ts';
import { later, latest, type Run, scope } from './support.ts';

/** What a store must remember of runs, paused pairs and instances. */
export function runsSuite(run: Run): void {
  it('a paused pair stays paused until somebody resumes it', async () => {
    const { pair } = scope();
    const pause = {
      pair,
      reason: 'too-many-creates' as const,
      detail: { found: 201, side: 'servicenow' },
      at: builtAt,
    };
    await run((tx) => tx.pausePair(pause));
    expect(await run((tx) => tx.pauses())).toContainEqual(pause);
    await run((tx) => tx.resumePair(pair));
    expect((await run((tx) => tx.pauses())).filter((one) => one.pair === pair)).toEqual([]);
  });

  it('runs are remembered, the unfinished one is found', async () => {
    const { pair } = scope();
    const make = (id: number, startedAt: string) => runRow({ id: `${pair}-${id}`, kind: 'resync', pair, startedAt });
    const [first, second] = [make(1, builtAt), make(2, later)];
    await run((tx) => tx.saveRun(first));
    await run((tx) => tx.saveRun(second));
    expect(await run((tx) => tx.unfinishedRun('resync', pair))).toEqual(second);
    const done = {
      ...second,
      state: 'done' as const,
      endedAt: latest,
      counts: { updated: 2 },
      position: { after: 'x', at: null },
    };
    await run((tx) => tx.saveRun(done));
    expect(await run((tx) => tx.runById(done.id))).toEqual(done);
    await run((tx) => tx.saveRun({ ...first, state: 'stopped' }));
    expect(await run((tx) => tx.unfinishedRun('resync', pair))).toEqual({ ...first, state: 'stopped' });
    expect(await run((tx) => tx.unfinishedRun('resync', null))).toBeNull();
    expect(await run((tx) => tx.unfinishedRun('verify', pair))).toBeNull();
    expect(await run((tx) => tx.recentRuns(1))).toEqual([done]);
    expect(await run((tx) => tx.runById('nobody'))).toBeNull();
  });

  it('remembers which instance a side was', async () => {
    expect(await run((tx) => tx.identity('salesforce'))).toBeNull();
    await run((tx) => tx.saveIdentity('salesforce', '00D1'));
    await run((tx) => tx.saveIdentity('salesforce', '00D2'));
    expect(await run((tx) => tx.identity('salesforce'))).toBe('00D2');
    expect(await run((tx) => tx.identity('servicenow'))).toBeNull();
  });
}
