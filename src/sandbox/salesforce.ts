import { Faults } from './faults.ts';
import type { CallRecord, Sandbox, SandboxOptions } from './sandbox.ts';
import { createApi } from './salesforce/api.ts';
import { createConnectedApp } from './salesforce/auth/connected-app.ts';
import type { ConnectedApp } from './salesforce/auth/connected-app.ts';
import type { Code } from './salesforce/auth/grants.ts';
import { Sessions } from './salesforce/auth/sessions.ts';
import { createDesk } from './salesforce/desk.ts';
import { Org } from './salesforce/org/org.ts';
import { mergeCase } from './salesforce/org/merge.ts';
import { RecycleBin } from './salesforce/org/recycle-bin.ts';
import type { Rights } from './salesforce/org/rights.ts';
import { integrationUsername, seed } from './salesforce/org/seed.ts';
import type { SetUp } from './salesforce/org/set-up.ts';
import type { OrgSettings } from './salesforce/org/settings.ts';
import type { Validation } from './salesforce/org/validation.ts';
import { Usage } from './salesforce/rest/limits.ts';
import { Cursors } from './salesforce/rest/query.ts';
import { readState, restore, writeState } from './salesforce/state.ts';
import { buildServer } from './salesforce/web/server.ts';

/** A local Salesforce, with what an administrator of the org could change about it. */
export interface SalesforceSandbox extends Sandbox {
  /** What is taken away from the integration user. */
  readonly rights: Rights;
  readonly validation: Validation;
  readonly settings: OrgSettings;
  /** Record types and a custom object, as an administrator adds them. */
  readonly setUp: SetUp;
  readonly connectedApp: ConnectedApp;
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  readonly recycleBin: RecycleBin;
  /** A person merges a Case into another one. */
  merge(loserId: string, masterId: string): void;
  /** Ids that set-up rows go by. */
  readonly known: Readonly<Org['known']>;
}

/** Starts a local Salesforce on loopback. Stop it, or its socket keeps the process alive. */
export async function startSalesforceSandbox(options: SandboxOptions = {}): Promise<SalesforceSandbox> {
  const state = await readState(options.stateFile);
  const org = new Org({ now: options.now ?? Date.now, random: options.random ?? Math.random, faults: new Faults() });
  const sessions = new Sessions(org);
  const connectedApp = createConnectedApp(integrationUsername, state?.privateKey);
  if (state === null) seed(org);
  else restore(state, org, sessions);
  const usage = new Usage();
  const cursors = new Cursors();
  const calls: CallRecord[] = [];
  let url = '';
  const server = buildServer({
    org,
    app: connectedApp,
    sessions,
    codes: new Map<string, Code>(),
    host: () => url,
    api: createApi(org, usage, cursors),
    usage,
    calls,
    latencyMs: options.latencyMs ?? 0,
  });
  options.onServer?.(server);
  await server.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const address = server.server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const save = async (): Promise<void> => {
    if (options.stateFile !== undefined) await writeState(options.stateFile, org, connectedApp, sessions);
  };
  return {
    side: 'salesforce',
    url,
    faults: org.faults,
    desk: createDesk(org),
    account: {
      clientId: connectedApp.clientId,
      clientSecret: connectedApp.clientSecret,
      username: integrationUsername,
      password: 'not-used',
      get privateKey() {
        return connectedApp.privateKey;
      },
      keyId: 'sandbox',
    },
    rights: org.rights,
    validation: org.validation,
    settings: org.settings,
    setUp: org.setUp,
    connectedApp,
    sessions,
    cursors,
    recycleBin: new RecycleBin(org),
    merge: (loserId, masterId) => mergeCase(org, loserId, masterId),
    known: org.known,
    calls: () => [...calls],
    forgetCalls: () => {
      calls.length = 0;
    },
    save,
    stop: async () => {
      await save();
      await server.close();
    },
  };
}
