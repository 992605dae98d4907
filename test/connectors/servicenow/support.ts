import type { ServiceNowAuth } from '../../../src/config/settings.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { StoredToken, TokenVault, VersionedToken } from '../../../src/connectors/credentials.ts';
import { createGate, type Gate } from '../../../src/connectors/gate.ts';
import type { ServiceNowNotice } from '../../../src/connectors/servicenow/notices.ts';
import { createServiceNow } from '../../../src/connectors/servicenow/servicenow.ts';
import type { TicketSystem } from '../../../src/connectors/ticket-system.ts';
import type { Clock } from '../../../src/core/clock.ts';

/** A clock that moves only when somebody sleeps. */
export interface TestClock extends Clock {
  slept: number[];
  advance(ms: number): void;
}

export function testClock(start = Date.parse('2026-03-04T05:06:07.000Z')): TestClock {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      await Promise.resolve();
    },
  };
}

/** A vault that several "processes" can share. */
export function memoryVault(first: StoredToken | null = null): TokenVault & { stored(): VersionedToken | null } {
  let held: VersionedToken | null = first === null ? null : { token: first, version: 1 };
  return {
    stored: () => held,
    load: async () => Promise.resolve(held),
    save: async (_side, token, after) => {
      await Promise.resolve();
      if ((held?.version ?? 0) !== after) return false;
      held = { token, version: after + 1 };
      return true;
    },
  };
}

export const password: ServiceNowAuth = {
  kind: 'password',
  clientId: 'client',
  clientSecret: new Secret('client-secret'),
  username: 'casebridge',
  password: new Secret('a-password'),
};

export const clientCredentials: ServiceNowAuth = {
  kind: 'client_credentials',
  clientId: 'client',
  clientSecret: new Secret('client-secret'),
};

export interface Client {
  readonly desk: TicketSystem;
  readonly clock: TestClock;
  readonly gate: Gate;
  readonly vault: ReturnType<typeof memoryVault>;
  readonly notices: ServiceNowNotice[];
}

/** A client towards `url` with everything around it in memory. */
export function clientFor(
  url: string,
  options: { auth?: ServiceNowAuth; vault?: ReturnType<typeof memoryVault>; clock?: TestClock } = {},
): Client {
  const clock = options.clock ?? testClock();
  const vault = options.vault ?? memoryVault();
  const notices: ServiceNowNotice[] = [];
  const gate = createGate({ concurrency: 2, clock });
  const settings = { url, auth: options.auth ?? clientCredentials, maxConcurrency: 2 };
  const desk = createServiceNow({ settings, vault, clock, gate, onNotice: (notice) => notices.push(notice) });
  return { desk, clock, gate, vault, notices };
}

/** A `sys_id` made of a number. */
export function sysId(n: number): string {
  return n.toString(16).padStart(32, 'a');
}

/** A Case Id that is a real one, checksum included. */
export const caseId = '5003000000D8cuIAAR';

/** A row as the Table API answers it without display values. */
export function wireRow(n: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    sys_id: sysId(n),
    number: `INC00${10_000 + n}`,
    sys_updated_on: '2026-03-04 05:00:00',
    sys_mod_count: '3',
    sys_created_on: '2026-03-01 00:00:00',
    sys_updated_by: 'abel.tuter',
    correlation_id: '',
    correlation_display: '',
    short_description: `Ticket ${n}`,
    state: '1',
    ...more,
  };
}
