import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { deskUrls } from '../../src/admin/desk-urls.ts';
import { createAdmin } from '../../src/admin/server.ts';
import { Secret } from '../../src/config/secret.ts';
import { createMemorySystem, type MemorySystem } from '../../src/connectors/memory.ts';
import type { Validation } from '../../src/connectors/memory/rules.ts';
import { bothSides, type Side } from '../../src/core/side.ts';
import { createDaemon } from '../../src/engine/daemon.ts';
import { defaultTimes, type Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/events.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import { buildPairRules } from '../../src/mapping/pair-rules.ts';
import { hashOf } from '../../src/operate/tokens.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import type { AdminRole } from '../../src/store/store.ts';
import { realClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';

export const pages = join(import.meta.dirname, '..', '..', 'src', 'admin', 'dashboard', 'dist');

/** A daemon at work between two desks in memory, with its admin port open. */
export interface Running {
  readonly url: string;
  readonly desks: Readonly<Record<Side, MemorySystem>>;
  readonly store: MemoryStore;
  /** Makes a token and returns it. */
  token(name: string, role: AdminRole): Promise<string>;
  /** Ends every session that was opened with that person's token. */
  endSessions(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Conflicts wait for a person. `refuse`: what ServiceNow does not save. */
export async function startRunning(refuse: readonly Validation[] = []): Promise<Running> {
  const clock = realClock();
  const store = createMemoryStore({ clock, ids: seededIds(11) });
  const desks = bothSides((side) =>
    createMemorySystem({
      side,
      clock,
      ids: seededIds(side === 'servicenow' ? 12 : 13),
      ...(side === 'servicenow' ? { validations: refuse } : {}),
    }),
  );
  const pair = {
    ...defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' }),
    conflict: 'manual' as const,
    sync: { from: 'all' },
  };
  let hear: (event: EngineEvent) => void = () => undefined;
  const engine: Engine = {
    store,
    systems: desks,
    pairs: [buildPairRules(pair, { startedAt: new Date(clock.now()).toISOString() })],
    clock,
    ids: seededIds(14),
    emit: (event) => hear(event),
    times: defaultTimes,
    pageSize: 100,
    offsets: bothSides(() => 0),
    runId: 'run-of-the-test',
  };
  const daemon = createDaemon(engine, { cron: '* * * * * *', idleMaxMs: 2000, unlimitedCreates: false });
  const records = store.admin;
  if (records === undefined) throw new Error('this store keeps no records');
  const admin = await createAdmin({
    engine,
    daemon,
    records,
    config: { pairs: [pair] },
    configFile: 'casebridge.config.ts',
    version: '0.1.0',
    ...deskUrls({
      servicenow: { url: 'https://dev12345.service-now.com' },
      salesforce: { loginUrl: 'https://acme.my.salesforce.com' },
    }),
    settings: {
      host: '127.0.0.1',
      port: 0,
      token: new Secret(randomBytes(16).toString('hex')),
      origins: [],
      metricsOpen: false,
      wakeSecret: null,
    },
    pages,
    onError: (error) => {
      throw error;
    },
  });
  hear = (event) => admin.hear(event);
  const url = await admin.listen();
  await daemon.start();

  return {
    url: `${url}/`,
    desks,
    store,
    token: async (name, role) => {
      const token = `casebridge_${name}_${randomBytes(8).toString('hex')}`;
      const createdAt = new Date(clock.now()).toISOString();
      await records.addToken({ id: name, name, role, hash: hashOf(token), createdAt, revokedAt: null });
      return token;
    },
    endSessions: (name) => records.endSessionsOf(name),
    stop: async () => {
      await daemon.stop();
      await admin.stop();
      await store.close();
    },
  };
}
