import { describe, expect, it } from 'vitest';
import { createBudget, parseLimitInfo } from '../../../src/connectors/salesforce/budget.ts';
import { fakeClock } from '../../support/clock.ts';

describe('Sforce-Limit-Info', () => {
  it('is read also beside other entries, and may be missing', () => {
    expect(parseLimitInfo('api-usage=18/15000')).toEqual({ used: 18, limit: 15000 });
    expect(parseLimitInfo('per-app-api-usage=17/250(appName=x), api-usage=25/5000')).toEqual({ used: 25, limit: 5000 });
    expect(parseLimitInfo('per-app-api-usage=17/250')).toBeNull();
    expect(parseLimitInfo(undefined)).toBeNull();
    expect(parseLimitInfo('api-usage=1/0')).toBeNull();
  });
});

describe('the daily budget', () => {
  const over = expect.objectContaining({
    kind: 'RateLimited',
    data: expect.objectContaining({ cause: 'daily-limit', executed: 'no', retryAfterMs: 900_000 }),
  });

  it('lets our own calls through up to the share, and none beyond it for 15 minutes', async () => {
    const clock = fakeClock();
    const budget = createBudget({ share: 0.5, clock });
    for (let call = 1; call <= 50; call += 1) budget.note({ used: call, limit: 100 });
    expect(() => budget.check()).not.toThrow();
    budget.note({ used: 51, limit: 100 });
    expect(() => budget.check()).toThrow(over);
    await clock.advance(900_000);
    expect(() => budget.check()).not.toThrow();
  });

  it('does not stop because others use a lot, until the org is nearly out of calls', () => {
    const budget = createBudget({ share: 0.5, clock: fakeClock() });
    budget.note({ used: 14_000, limit: 15_000 });
    expect(() => budget.check()).not.toThrow();
    budget.note({ used: 14_251, limit: 15_000 });
    expect(() => budget.check()).toThrow(over);
  });

  it('gets its calls back a day later', async () => {
    const clock = fakeClock();
    const budget = createBudget({ share: 0.5, clock });
    for (let call = 0; call < 51; call += 1) budget.note({ used: 51, limit: 100 });
    await clock.advance(25 * 3_600_000);
    budget.note({ used: 1, limit: 100 });
    expect(() => budget.check()).not.toThrow();
  });

  it('stops at once when the server says that the day is used up', () => {
    const budget = createBudget({ share: 1, clock: fakeClock() });
    budget.exhausted();
    expect(() => budget.check()).toThrow(expect.objectContaining({ kind: 'RateLimited' }));
  });

  it('tells once per pause', async () => {
    const clock = fakeClock();
    const told: unknown[] = [];
    const budget = createBudget({ share: 0.5, clock, onOver: (usage) => told.push(usage) });
    budget.note({ used: 15_000, limit: 15_000 });
    budget.note({ used: 15_000, limit: 15_000 });
    expect(told).toEqual([{ used: 15_000, limit: 15_000 }]);
    await clock.advance(900_000);
    budget.note({ used: 15_000, limit: 15_000 });
    expect(told).toHaveLength(2);
  });
});
