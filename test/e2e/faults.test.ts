import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, openApp } from '../../src/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import { loadMapping } from '../../src/config/mapping-file.ts';
import { createDaemon, type Daemon } from '../../src/engine/daemon.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { newDatabase, type TestDatabase } from '../support/database.ts';
import {
  aCase,
  anIncident,
  caseOf,
  type Desks,
  editCase,
  editIncident,
  inStep,
  startDesks,
  stopDesks,
} from './support/desks.ts';
import { type Folder, newFolder, settingsFor } from './support/program.ts';
import { quickTimes } from './support/quick.ts';

/** What both sides do while people work. Each strikes requests for data; some read, some write. */
const troubles: Readonly<Record<string, readonly Fault[]>> = {
  'ask us to slow down': [{ kind: 'rate-limited', ms: 1000, times: 2, skip: 1 }],
  'refuse for want of a free slot': [{ kind: 'rate-limited-bare', times: 2, skip: 1 }],
  'are in maintenance': [{ kind: 'unavailable', times: 2, skip: 1 }],
  'sit behind a gateway that gives up': [{ kind: 'gateway-html', times: 2, skip: 1 }],
  'take a request and drop it': [{ kind: 'accepted-dropped', times: 2, skip: 1 }],
  'answer 200 with an error': [{ kind: 'ok-error', times: 2, skip: 1 }],
  'answer 200 with nothing': [{ kind: 'ok-empty', times: 2, skip: 1 }],
  'answer 200 with a page': [{ kind: 'ok-html', times: 2, skip: 1 }],
  'break the connection before they did anything': [{ kind: 'drop-before', times: 2, skip: 1 }],
  'break the connection when all is done': [{ kind: 'drop-after', method: 'POST', times: 3 }],
  'do what was asked and report an error': [{ kind: 'error-after', method: 'POST', times: 2 }],
  'forget our token': [{ kind: 'expired-token', times: 2, skip: 1 }],
};

describe('people work while both sides', { timeout: 90_000 }, () => {
  let folder: Folder;
  let desks: Desks;
  let database: TestDatabase;
  let app: App;
  let daemon: Daemon;
  const events: EngineEvent[] = [];

  beforeAll(async () => {
    folder = await newFolder();
    [desks, database] = await Promise.all([startDesks(), newDatabase()]);
    const env = settingsFor(desks, { DATABASE_URL: database.url, CASEBRIDGE_CONFIG: await folder.mapping('good') });
    const settings = loadSettings(env, { folder: folder.path });
    app = await openApp({
      settings,
      config: await loadMapping(settings.configFile),
      emit: (event) => void events.push(event),
      onNotice: () => undefined,
      times: quickTimes,
    });
    daemon = createDaemon(app.engine, { cron: settings.poll.cron, idleMaxMs: 1000, unlimitedCreates: true });
    await daemon.start();
  });
  afterAll(async () => {
    await daemon.stop();
    await app.close();
    await Promise.all([stopDesks(desks), database.drop(), folder.remove()]);
  });

  it.each(Object.entries(troubles))('%s: nothing is lost and nothing is made twice', async (name, faults) => {
    const old = [anIncident(desks, `${name}, old`), anIncident(desks, `${name}, older`)];
    await inStep(desks, 40_000);
    for (const fault of faults) for (const desk of [desks.servicenow, desks.salesforce]) desk.faults.add(fault);
    for (let n = 0; n < 4; n += 1) {
      anIncident(desks, `${name} ${n}`);
      aCase(desks, `${name} ${n}`, { Priority: 'High' });
    }
    const [first, second] = old;
    if (first !== undefined) editIncident(desks, first.id, { description: name });
    if (second !== undefined) editCase(desks, caseOf(desks, second.id)?.id ?? '', { Description: name });

    const truth = await inStep(desks, 60_000);
    expect(truth).toMatchObject({ duplicates: 0, alone: 0, differing: [] });
    expect(truth.incidents).toBe(truth.cases);
    for (const { kind } of faults)
      expect(desks.salesforce.faults.fired[kind] ?? desks.servicenow.faults.fired[kind]).toBeGreaterThan(0);
    for (const desk of [desks.servicenow, desks.salesforce]) desk.faults.clear();
    expect(events.filter((event) => event.type === 'batch.failed' || event.type === 'pair.paused')).toEqual([]);
  });
});
