import { createServer, request, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, openApp } from '../../src/app.ts';
import { loadSettings } from '../../src/config/load.ts';
import { loadMapping } from '../../src/config/mapping-file.ts';
import { newDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Desks, startDesks, stopDesks } from './support/desks.ts';
import { type Folder, newFolder, settingsFor } from './support/program.ts';

/** A gateway before a desk: counts API calls that run at once, holds each for a moment, and can ask for a pause. */
interface Gateway {
  readonly url: string;
  readonly arrivals: number[];
  most: number;
  /** Seconds of `Retry-After` for the next call; null for none. */
  retryAfter: number | null;
  close(): void;
}

async function startGateway(to: string): Promise<Gateway> {
  let running = 0;
  const server: Server = createServer((incoming, outgoing) => {
    const counts = incoming.url?.startsWith('/api/') === true;
    if (counts) {
      running += 1;
      gateway.arrivals.push(Date.now());
      gateway.most = Math.max(gateway.most, running);
      outgoing.once('close', () => (running -= 1));
      if (gateway.retryAfter !== null) {
        outgoing.writeHead(429, { 'retry-after': String(gateway.retryAfter) }).end('{}');
        gateway.retryAfter = null;
        return;
      }
    }
    const pass = (): void => {
      const { method, headers } = incoming;
      const onward = request(new URL(incoming.url ?? '/', to), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    };
    setTimeout(pass, counts ? 40 : 0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const gateway: Gateway = {
    url: `http://127.0.0.1:${port}`,
    arrivals: [],
    most: 0,
    retryAfter: null,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return gateway;
}

describe('replicas on one database', { timeout: 90_000 }, () => {
  let folder: Folder;
  let desks: Desks;
  let database: TestDatabase;
  let gateway: Gateway;
  const open = new Set<App>();

  async function replica(): Promise<App> {
    const env = {
      ...settingsFor(desks, { DATABASE_URL: database.url, CASEBRIDGE_CONFIG: await folder.mapping('good') }),
      SERVICENOW_URL: gateway.url,
      SERVICENOW_MAX_CONCURRENCY: '2',
    };
    const settings = loadSettings(env, { folder: folder.path });
    const app = await openApp({
      settings,
      config: await loadMapping(settings.configFile),
      emit: () => undefined,
      onNotice: () => undefined,
    });
    open.add(app);
    return app;
  }
  const close = async (app: App): Promise<void> => {
    open.delete(app);
    await app.close();
  };
  const describes = (app: App, calls: number): Promise<unknown> =>
    Promise.all(Array.from({ length: calls }, () => app.engine.systems.servicenow.describe('incident')));

  beforeAll(async () => {
    folder = await newFolder();
    [desks, database] = await Promise.all([startDesks(), newDatabase()]);
    gateway = await startGateway(desks.servicenow.url);
  });
  afterAll(async () => {
    await Promise.all([...open].map(close));
    gateway.close();
    await Promise.all([stopDesks(desks), database.drop(), folder.remove()]);
  });

  it('make no more calls at once than one alone would, and all get through', async () => {
    const first = await replica();
    await describes(first, 8);
    expect(gateway.most).toBe(2);
    const [second, third] = [await replica(), await replica()];
    await Promise.all([first, second, third].map((app) => describes(app, 12)));
    expect(gateway.most).toBe(2);
    await Promise.all([second, third].map(close));
    await describes(first, 4);
    await close(first);
  });

  it('keep a pause that one of them was asked for, and keep it over a restart', async () => {
    const [first, second] = [await replica(), await replica()];
    gateway.retryAfter = 6;
    const told = Date.now();
    // Its next try is refused when it stops.
    const refused = first.engine.systems.servicenow.describe('incident').catch((error: unknown) => error);
    await eventually(() => gateway.retryAfter === null);
    // What was already under way may still arrive.
    await eventually(() => Date.now() - told > 1000);
    const before = gateway.arrivals.length;
    await close(first);
    await Promise.all([describes(second, 3), replica()]);
    await refused;
    const after = gateway.arrivals.slice(before);
    expect(after.length).toBeGreaterThan(3);
    expect(Math.min(...after) - told).toBeGreaterThanOrEqual(6000);
  });
});
