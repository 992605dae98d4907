import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { normaliseId } from '../../../src/connectors/salesforce/ids.ts';
import type { TicketSystem } from '../../../src/connectors/ticket-system.ts';
import { fakeClock, type FakeClock } from '../../support/clock.ts';
import {
  caseRow,
  clientOf,
  inComposite,
  page,
  type Replay,
  soqlOf,
  startReplay,
} from '../../support/salesforce-replay.ts';

const idOf = (n: number): string => normaliseId(`500dM0000${String(n).padStart(6, '0')}`) ?? '';
const ids = Array.from({ length: 400 }, (_, n) => idOf(n));

const failed = (statusCode: string, message: string) => ({
  success: false,
  errors: [{ statusCode, message, fields: [] }],
});
const limit = failed('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'CaseTrigger: System.LimitException: Apex CPU time limit');
const lock = failed('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record or 1 records: 500dM');

describe('how many Cases go into a call', () => {
  let replay: Replay;
  let clock: FakeClock;
  let client: TicketSystem;
  /** An exception that its trigger runs into fails every row of its transaction. */
  let tooHeavy: ReadonlySet<string>;
  let locked: ReadonlySet<string>;

  beforeEach(async () => {
    replay = await startReplay();
    clock = fakeClock();
    client = clientOf(replay.url, { clock });
    tooHeavy = new Set();
    locked = new Set();
    replay.answer(
      inComposite((part) => {
        const rows = part.body?.records.map((record) => String(record['id']));
        if (rows === undefined) {
          const named = [...soqlOf(part).matchAll(/'(500\w{15})'/g)].map(([, id]) => id ?? '');
          return { body: page(named.map((id) => caseRow(id, { Subject: 'x' }))) };
        }
        if (rows.some((id) => tooHeavy.has(id))) return { body: rows.map(() => limit) };
        return { body: rows.map((id) => (locked.has(id) ? lock : { id, success: true, errors: [] })) };
      }),
    );
  });
  afterEach(() => replay.stop());

  async function update(some: readonly string[]): Promise<{ readonly calls: number; readonly written: number }> {
    const before = replay.requests.length;
    const results = await client.update(
      some.map((id) => ({ object: 'Case', id, fields: { Subject: 'x' }, readBack: ['Subject'] })),
    );
    const written = results.filter((one) => one.kind === 'written').length;
    return { calls: replay.requests.length - before, written };
  }

  it('is not worn down by a record that is too heavy by itself, however often it comes', async () => {
    tooHeavy = new Set([idOf(150)]);
    for (let n = 0; n < 4; n += 1) {
      const { calls, written } = await update(ids);
      expect(written).toBe(399);
      expect(calls).toBeLessThan(25);
      await clock.advance(60_000);
    }
    tooHeavy = new Set();
    expect(await update(ids)).toEqual({ calls: 1, written: 400 });
  });

  it('is bounded by the records themselves where every other one is too heavy', async () => {
    tooHeavy = new Set(ids.filter((_, n) => n % 2 === 1));
    const { calls, written } = await update(ids);
    expect(written).toBe(200);
    expect(calls).toBeLessThan(500);
  });

  it('is one at a time where none passes, and the others are handed back untried', async () => {
    const causes = async (some: readonly string[]): Promise<ReadonlyMap<string, number>> => {
      const results = await client.update(
        some.map((id) => ({ object: 'Case', id, fields: { Subject: 'x' }, readBack: ['Subject'] })),
      );
      const said = results.map((one) =>
        one.kind === 'written' ? 'written' : `${one.error.kind} ${one.error.data.cause}`,
      );
      return new Map([...Map.groupBy(said, (text) => text)].map(([text, all]) => [text, all.length]));
    };
    tooHeavy = new Set(ids);
    expect(await causes(ids)).toEqual(
      new Map([
        ['Rejected governor-limit', 3],
        ['Unavailable untried', 397],
      ]),
    );
    const before = replay.requests.length;
    expect(await causes(ids.slice(3))).toEqual(
      new Map([
        ['Rejected governor-limit', 1],
        ['Unavailable untried', 396],
      ]),
    );
    expect(replay.requests.length - before).toBe(1);
    tooHeavy = new Set();
    expect(await causes(ids.slice(4))).toEqual(new Map([['written', 396]]));
    expect(replay.requests.length - before).toBeLessThanOrEqual(3);
  });

  it('is not brought down by rows that somebody else holds for a while', async () => {
    locked = new Set([idOf(3), idOf(7)]);
    await update(ids);
    // As the coat that retries sends them.
    for (let n = 0; n < 3; n += 1) await update([idOf(3), idOf(7)]);
    locked = new Set();
    expect((await update(ids)).calls).toBeLessThanOrEqual(2);
  });
});
