import { expect, it } from 'vitest';
import { mostCounted } from '../../../src/store/overview.ts';
import { builtAt, historyRow } from '../../support/builders.ts';
import { later, latest, type Run, scope } from './support.ts';

/** What a store must tell of what was written. */
export function historySuite(run: Run): void {
  it('history comes back newest first', async () => {
    const { pair } = scope();
    const rows = [1, 2, 3].map((n) =>
      historyRow({ linkId: pair, value: n, before: n === 1 ? null : n - 1, at: builtAt }),
    );
    await run((tx) => tx.addHistory(rows.slice(0, 2)));
    await run((tx) => tx.addHistory(rows.slice(2)));
    expect(await run((tx) => tx.historyOf(pair, 2))).toEqual([rows[2], rows[1]]);
    expect(await run((tx) => tx.historyOf('nobody', 2))).toEqual([]);
  });

  it('history of a run comes oldest first, by pages, and tells which runs wrote, the latest first', async () => {
    const { pair } = scope();
    // Behind every other run there is, so that they are the latest.
    const [early, late] = [`~${pair}-1`, `~${pair}-2`];
    const row = (n: number, runId: string, at: string) =>
      historyRow({ linkId: `${pair}-${n % 2}`, runId, value: n, at });
    const mine = [row(1, early, builtAt), row(2, early, later), row(3, early, latest)];
    await run((tx) => tx.addHistory([mine[0] ?? row(0, early, builtAt), row(9, late, later)]));
    await run((tx) => tx.addHistory(mine.slice(1)));
    const page = await run((tx) => tx.runHistory(early, { limit: 2 }));
    expect(page).toMatchObject(mine.slice(0, 2));
    expect(await run((tx) => tx.runHistory(early, { limit: 2, after: page[1]?.id ?? '' }))).toMatchObject(
      mine.slice(2),
    );
    expect(await run((tx) => tx.runHistory('nobody', { limit: 2 }))).toEqual([]);
    expect(await run((tx) => tx.runsThatWrote(2))).toEqual([
      { runId: late, firstAt: later, lastAt: later, values: 1, tickets: 1, more: false },
      { runId: early, firstAt: builtAt, lastAt: latest, values: 3, tickets: 2, more: false },
    ]);
    expect(await run((tx) => tx.runsThatWrote(1))).toHaveLength(1);
  });

  it('counts no more of a run that wrote a great deal than tells that it did', async () => {
    const { pair } = scope();
    const runId = `~~${pair}`;
    const rows = Array.from({ length: mostCounted + 5 }, (_, n) =>
      historyRow({ linkId: `${pair}-${n % 200}`, runId, value: n, at: n === mostCounted + 4 ? latest : later }),
    );
    await run((tx) => tx.addHistory(rows));
    expect(await run((tx) => tx.runsThatWrote(1))).toEqual([
      { runId, firstAt: later, lastAt: latest, values: mostCounted, tickets: 200, more: true },
    ]);
  });
}
