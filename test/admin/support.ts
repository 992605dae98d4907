import { onTestFinished } from 'vitest';
import { type Admin, createAdmin } from '../../src/admin/server.ts';
import { deskUrls } from '../../src/admin/desk-urls.ts';
import { Secret } from '../../src/config/secret.ts';
import type { AdminSettings } from '../../src/config/settings.ts';
import type { PaceOf, Which } from '../../src/engine/ticker.ts';
import { defaultPairWith } from '../../src/mapping/default-config.ts';
import { hashOf } from '../../src/operate/tokens.ts';
import type { AdminRecords, AdminRole } from '../../src/store/store.ts';
import { createWorld, type World } from '../engine/world.ts';

export const host = '127.0.0.1:8484';
export const roles = ['viewer', 'operator', 'admin'] as const satisfies readonly AdminRole[];

export interface Asked {
  readonly as?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: string;
}

export interface Said {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Session {
  readonly cookie: string;
  readonly csrf: string;
}

export interface AdminWorld {
  readonly world: World;
  readonly admin: Admin;
  readonly records: AdminRecords;
  readonly errors: Error[];
  /** How often somebody had a side polled. */
  polled(): number;
  /** What the daemon's ticker tells: may be changed. */
  readonly paces: PaceOf[];
  /** Which, each time. */
  readonly polls: readonly Which[];
  /** Asks as whoever has this token; as the operator unless told otherwise, as nobody for null. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, asked?: Asked): Promise<Said>;
  login(token: string): Promise<Session>;
}

export interface AdminWorldOptions {
  readonly settings?: Partial<AdminSettings>;
  readonly pages?: string;
  /** Two desks of the usual kind where left out. */
  readonly world?: World;
  /** What the daemon's ticker would tell. */
  readonly paces?: PaceOf[];
}

/** Tokens of the tests: the role is their name. */
export const tokenOf = (role: AdminRole): string => `casebridge_${role}_of_the_tests`;

/** Two desks and a store in memory, and an admin port over them that nothing listens on. */
export async function createAdminWorld(options: AdminWorldOptions = {}): Promise<AdminWorld> {
  const world = options.world ?? createWorld();
  const records = world.store.admin;
  if (records === undefined) throw new Error('this store keeps no records');
  for (const role of roles) {
    const hash = hashOf(tokenOf(role));
    await records.addToken({ id: `token-${role}`, name: role, role, hash, createdAt: '2026-03-01', revokedAt: null });
  }
  const errors: Error[] = [];
  const polls: Which[] = [];
  const paces = options.paces ?? [];
  const admin = await createAdmin({
    engine: world.engine,
    daemon: {
      syncNow: async (which = {}) => {
        polls.push(which);
      },
      totals: {
        created: { servicenow: 0, salesforce: 0 },
        updated: { servicenow: 0, salesforce: 0 },
        unchanged: 0,
        conflicts: 0,
        quarantined: 0,
      },
      lastComplete: () => ({ servicenow: null, salesforce: null }),
      paces: () => paces,
    },
    records,
    config: { pairs: [defaultPairWith({ closeCode: 'Solution provided', closeNotes: 'Done.' })] },
    configFile: 'casebridge.config.ts',
    version: '0.1.0',
    ...deskUrls({
      servicenow: { url: 'https://dev12345.service-now.com' },
      salesforce: { loginUrl: 'https://acme.my.salesforce.com' },
    }),
    settings: {
      host: '127.0.0.1',
      port: 0,
      token: new Secret('setting_c4n4ry_token'),
      origins: ['https://casebridge.example.com'],
      metricsOpen: false,
      wakeSecret: new Secret('wake_c4n4ry_secret'),
      ...options.settings,
    },
    ...(options.pages === undefined ? {} : { pages: options.pages }),
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => admin.stop());

  const ask: AdminWorld['ask'] = async (method, path, { as = tokenOf('operator'), body, headers = {}, from } = {}) => {
    const response = await admin.app.inject({
      method,
      url: path,
      headers: { host, ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
      ...(from === undefined ? {} : { remoteAddress: from }),
    });
    const isJson = String(response.headers['content-type'] ?? '').includes('json') && !path.includes('export');
    return {
      status: response.statusCode,
      json: isJson && response.body !== '' ? (JSON.parse(response.body) as Said['json']) : {},
      text: response.body,
      headers: response.headers,
    };
  };

  return {
    world,
    admin,
    records,
    errors,
    polled: () => polls.length,
    polls,
    paces,
    ask,
    login: async (token) => {
      const said = await ask('POST', '/api/login', { as: null, body: { token } });
      if (said.status !== 200) throw new Error(said.text);
      const [cookie = ''] = String(said.headers['set-cookie']).split(';');
      return { cookie, csrf: String(said.json['csrf']) };
    },
  };
}
