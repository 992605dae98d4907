import { describe, expect, it } from 'vitest';
import { iso } from '../../src/core/clock.ts';
import type { SourceRecord } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { poll } from '../../src/engine/poll.ts';
import { createSeenRows } from '../../src/engine/seen-rows.ts';
import type { Tx } from '../../src/store/store.ts';
import { builtAt, caseRecord } from '../support/builders.ts';
import { createWorld, newIncident } from './world.ts';

const place = 'incident-case salesforce';
const later = iso(Date.parse(builtAt) + 10_000);
const row = (fields: SourceRecord['fields'] = {}): SourceRecord => caseRecord(fields);

describe('a row that a poll lists again', () => {
  const known = (...rows: readonly SourceRecord[]) => {
    const seen = createSeenRows();
    seen.keep(place, rows, later);
    seen.end(place);
    return seen;
  };

  it('is left out if it was an echo and looks just the same', () => {
    expect(known(row()).unseen(place, [row()])).toEqual([]);
  });

  it('is looked at if it was edited within the same second: its stamp is the same, what it shows is not', () => {
    const edited = row({ Priority: 'High' });
    expect(edited.version).toEqual(row().version);
    expect(known(row()).unseen(place, [edited])).toEqual([edited]);
  });

  it('is looked at as long as somebody may still save within its second', () => {
    const seen = createSeenRows();
    seen.keep(place, [row()], iso(Date.parse(builtAt) + 2000));
    seen.end(place);
    expect(seen.unseen(place, [row()])).toEqual([row()]);
  });

  it('is left out as long as every walk lists it, and looked at once a walk went without it', () => {
    const seen = known(row());
    for (let walks = 0; walks < 3; walks += 1) {
      expect(seen.unseen(place, [row()])).toEqual([]);
      seen.end(place);
    }
    seen.end(place);
    expect(seen.unseen(place, [row()])).toEqual([row()]);
  });

  it('is looked at on another side or in another pair', () => {
    expect(known(row()).unseen('other salesforce', [row()])).toEqual([row()]);
  });
});

describe('a poll that knows what it has seen', () => {
  /** A linked pair at rest, and polls that tell how many rows they asked the store about. */
  async function atRest() {
    const world = createWorld();
    const incident = world.put('servicenow', newIncident);
    await world.sync();
    await world.sync();
    let asked = 0;
    let refuses = false;
    const counting = (tx: Tx): Tx => ({
      ...tx,
      linkIds: (pair, side, ids) => {
        asked += ids.length;
        return tx.linkIds(pair, side, ids);
      },
      saveCursor: (cursor) => (refuses ? Promise.resolve(false) : tx.saveCursor(cursor)),
    });
    const engine: Engine = {
      ...world.engine,
      seen: createSeenRows(),
      store: { ...world.store, transaction: (work) => world.store.transaction((tx) => work(counting(tx))) },
    };
    const [pair] = engine.pairs;
    if (pair === undefined) throw new Error('no pair');
    const look = async (side: Side = 'servicenow'): Promise<{ readonly asked: number; readonly queued: number }> => {
      asked = 0;
      const { queued } = await poll(engine, pair, side, { unlimitedCreates: false });
      return { asked, queued };
    };
    const edit = (fields: SourceRecord['fields']) => world.desks.servicenow.edit('incident', incident.id, fields);
    return { world, look, edit, refuse: (on: boolean) => void (refuses = on) };
  }

  it('asks the store about a row once, and no more while the overlap lists it', async () => {
    const { world, look, edit } = await atRest();
    edit({ urgency: '1' });
    expect(await look()).toEqual({ asked: 1, queued: 1 });
    await world.work();
    await world.clock.advance(4000);
    expect(await look()).toEqual({ asked: 1, queued: 0 });
    await world.clock.advance(2000);
    expect(await look()).toEqual({ asked: 0, queued: 0 });
  });

  it('finds the next edit of such a row', async () => {
    const { world, look, edit } = await atRest();
    edit({ urgency: '1' });
    await look();
    await world.work();
    await world.clock.advance(4000);
    await look();
    edit({ urgency: '3' });
    await world.clock.advance(1000);
    expect(await look()).toEqual({ asked: 1, queued: 1 });
  });

  it('keeps nothing of a page that was not saved', async () => {
    const { world, look, edit, refuse } = await atRest();
    edit({ urgency: '1' });
    await look();
    await world.work();
    await world.clock.advance(4000);
    refuse(true);
    await look();
    refuse(false);
    await world.clock.advance(2000);
    expect(await look()).toEqual({ asked: 1, queued: 0 });
  });

  it('looks at every row in a deep walk', async () => {
    const { world, look, edit } = await atRest();
    edit({ urgency: '1' });
    await look();
    await world.work();
    await world.clock.advance(4000);
    await look();
    expect(await look()).toEqual({ asked: 0, queued: 0 });
    await world.clock.advance(300_000);
    expect((await look()).asked).toBe(1);
  });
});
