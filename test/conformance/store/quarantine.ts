import { expect, it } from 'vitest';
import { quarantineRow } from '../../support/builders.ts';
import { type Run, scope } from './support.ts';

/** What a store must do with work that failed. */
export function quarantineSuite(run: Run): void {
  it('quarantine holds a key once, until it is due, until it is cleared', async () => {
    const { pair } = scope();
    const row = quarantineRow({
      key: `link:${pair}-1`,
      pair,
      firstAt: '2018-01-01T00:00:00.000Z',
      nextAt: '2018-01-01T00:00:01.000Z',
    });
    const other = quarantineRow({
      key: `new:${pair}:servicenow:x`,
      pair,
      reason: { kind: 'record', message: 'a\u0000b \ud83d' },
      firstAt: '2018-01-01T00:00:00.001Z',
      nextAt: '2018-01-01T00:00:00.500Z',
    });
    await run((tx) => tx.saveQuarantine([row, other]));
    const again = { ...row, attempts: 2, nextAt: '2018-01-01T00:00:02.000Z' };
    await run((tx) => tx.saveQuarantine([again]));
    expect(await run((tx) => tx.quarantined([row.key, 'link:nobody']))).toEqual([again]);
    expect(await run((tx) => tx.quarantineDue('2018-01-01T00:00:01.000Z', 10))).toEqual([other]);
    expect(await run((tx) => tx.quarantineDue('2018-01-01T00:00:02.000Z', 10))).toEqual([other, again]);
    expect((await run((tx) => tx.listQuarantine(2))).map((one) => one.key)).toEqual([row.key, other.key]);
    await run((tx) => tx.clearQuarantine([row.key, other.key]));
    expect(await run((tx) => tx.quarantined([row.key, other.key]))).toEqual([]);
  });
}
