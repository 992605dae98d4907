import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Faults } from './faults.ts';
import type { Sandbox, SandboxOptions } from './sandbox.ts';
import type { Instance, Properties } from './servicenow/api.ts';
import { type Automation, standardAutomation } from './servicenow/automation.ts';
import { createDesk } from './servicenow/desk.ts';
import { Database } from './servicenow/database.ts';
import { OAuthServer } from './servicenow/oauth.ts';
import type { OAuthClient, OAuthSettings } from './servicenow/oauth.ts';
import { Outgoing } from './servicenow/outgoing.ts';
import { Records } from './servicenow/records.ts';
import { Rights } from './servicenow/rights.ts';
import { Schema } from './servicenow/schema.ts';
import { describeInstance, grantRights, people, seed } from './servicenow/seed.ts';
import { createServer } from './servicenow/server.ts';
import type { MutableCall } from './servicenow/server.ts';
import { loadState, saveState } from './servicenow/state-file.ts';
import { allTables } from './servicenow/system-tables.ts';
import { Users } from './servicenow/users.ts';

export interface ServiceNowSandboxOptions extends SandboxOptions {
  /** Tables of plugins that are not installed: `sn_customerservice_case`. */
  readonly absentTables?: readonly string[];
  /** Where the browser may be sent back to; must be named exactly. */
  readonly redirectUris?: readonly string[];
}

/** The local ServiceNow, with what an administrator of an instance could change about it. */
export interface ServiceNowSandbox extends Sandbox {
  readonly rights: Rights;
  readonly properties: Properties;
  readonly oauthSettings: OAuthSettings;
  readonly oauth: OAuthServer;
  readonly automation: Automation;
  /** An administrator puts a deleted row back; `touched` (default) moves its stamp. */
  restore(id: string, touched?: boolean): void;
}

const clientId = 'a329c4515612210071a5e0c298ee2be8';
const clientSecret = 'sandbox-secret';
const keyId = 'casebridge-sandbox-key';
const integrationUser = 'casebridge';

/** Starts a local ServiceNow on a loopback port. It answers once the promise resolves. */
export async function startServiceNowSandbox(options: ServiceNowSandboxOptions = {}): Promise<ServiceNowSandbox> {
  const now = options.now ?? Date.now;
  const newId = options.random === undefined ? () => randomBytes(16).toString('hex') : seededId(options.random);
  const state = options.stateFile === undefined ? null : await loadState(options.stateFile);
  let url = '';
  const database = new Database(new Schema(allTables(options.absentTables ?? [])));
  const users = new Users(database, { zone: 'America/Los_Angeles', format: 'yyyy-MM-dd HH:mm:ss', language: 'en' });
  const rights = new Rights();
  grantRights(rights);
  const properties = standardProperties(newId());
  const automation = standardAutomation();
  const records = new Records({ database, users, rights, now, newId, automation });
  const instance: Instance = {
    database,
    records,
    users,
    rights,
    properties,
    automation,
    now,
    newId,
    outgoing: new Outgoing(database, users, properties),
    faults: new Faults(),
    files: new Map(),
    random: options.random ?? Math.random,
    url: () => url,
  };
  const client: OAuthClient = {
    id: clientId,
    secret: clientSecret,
    redirectUris: options.redirectUris ?? [],
    applicationUser: integrationUser,
  };
  const keys = createKeys(state?.privateKey ?? null);
  const oauthSettings = standardOAuth();
  const passwords = new Map(people.map((person) => [person.userName, person.password]));
  const oauth = new OAuthServer({
    clients: [client],
    passwords,
    users,
    rights,
    now,
    settings: oauthSettings,
    keys: () => [{ keyId, pem: keys().publicPem }],
    // Opaque, 86 characters (oauth-password-grant-rec).
    newToken: () =>
      Buffer.from([newId(), newId(), newId()].join(''), 'hex').toString('base64url').padEnd(86, newId()).slice(0, 86),
  });
  if (state === null) {
    seed(database, records);
    describeInstance(records, properties);
  } else state.restore(instance, oauth);
  const calls: MutableCall[] = [];
  const app = await createServer({ instance, oauth, oauthSettings, calls, latencyMs: options.latencyMs ?? 0 });
  options.onServer?.(app);
  url = (await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })).replace('[::1]', '127.0.0.1');
  const save = async (): Promise<void> => {
    if (options.stateFile !== undefined) await saveState(options.stateFile, instance, oauth, keys().privatePem);
  };
  return {
    side: 'servicenow',
    url,
    faults: instance.faults,
    desk: createDesk(instance),
    rights,
    properties,
    oauthSettings,
    oauth,
    automation,
    restore: (id, touched = true) => {
      records.restore(id, { userName: 'admin', viaApi: false }, touched);
    },
    account: {
      clientId,
      clientSecret,
      keyId,
      username: integrationUser,
      password: passwords.get(integrationUser) ?? '',
      get privateKey() {
        return keys().privatePem;
      },
    },
    calls: () => [...calls],
    forgetCalls: () => {
      calls.length = 0;
    },
    save,
    stop: async () => {
      // Closed first, so that the last write under way is in the file.
      await app.close();
      await save();
    },
  };
}

function standardProperties(instanceId: string): Properties {
  return {
    invalidQueryReturnsNoRows: false,
    prevLinkOnFirstPage: false,
    hourlyLimit: null,
    maxBodyBytes: 10_485_760,
    batchItems: Number.POSITIVE_INFINITY,
    batchQuotaMs: 30_000,
    itemMs: () => 0,
    threads: 4,
    threadQueue: 50,
    attachmentScanMs: 1000,
    forbiddenExtensions: [],
    attachmentMaxBytes: 1_073_741_824,
    currentUserApi: true,
    journalLabels: {
      en: { comments: 'Additional comments', work_notes: 'Work notes' },
      de: { comments: 'Zusätzliche Kommentare', work_notes: 'Arbeitsnotizen' },
      fr: { comments: 'Commentaires supplémentaires', work_notes: 'Notes de travail' },
    },
    maxJournalSize: 10_000_000,
    instanceId,
  };
}

// Lives as t_CreateEndpointforExternalClients and KB0725643 give them: 1,800 s, 100 days, 60 s.
function standardOAuth(): OAuthSettings {
  return {
    clientCredentials: true,
    passwordGrant: true,
    bodyParametersOnly: true,
    stateRequired: true,
    accessTokenMs: 1_800_000,
    refreshTokenMs: 8_640_000_000,
    codeMs: 60_000,
    scope: 'useraccount',
    rotatesRefreshTokens: false,
  };
}

/** Made on first use: an RSA pair takes a tenth of a second that most tests do not need. */
function createKeys(kept: string | null): () => { readonly privatePem: string; readonly publicPem: string } {
  let pair: { readonly privatePem: string; readonly publicPem: string } | null = null;
  return () => {
    pair ??= kept === null ? newKeys() : { privatePem: kept, publicPem: kept };
    return pair;
  };
}

function newKeys(): { readonly privatePem: string; readonly publicPem: string } {
  const made = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { privatePem: made.privateKey, publicPem: made.publicKey };
}

function seededId(random: () => number): () => string {
  return () => Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
}
