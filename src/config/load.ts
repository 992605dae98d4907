import { resolve } from 'node:path';
import { type Environment, readEnvironment } from './environment.ts';
import { watchSettings } from './load-watch.ts';
import { type OptionName, optionOf } from './options.ts';
import { type Problem, SettingsInvalid } from './problems.ts';
import { type Reading, readValues } from './read.ts';
import { Secret } from './secret.ts';
import type { SalesforceAuth, ServiceNowAuth, Settings, StoreSettings } from './settings.ts';
import { isLoopback } from './loopback.ts';

export interface LoadOptions {
  /** Folder that relative paths and `.env` start from. */
  readonly folder: string;
  /** Decides the default of LOG_FORMAT. */
  readonly terminal?: boolean;
}

/**
 * All settings, from the environment and the `.env` file in `folder`. Throws SettingsInvalid with every problem there is; contacts
 * nothing.
 */
export function loadSettings(env: Environment, options: LoadOptions): Settings {
  const draft = open(env, options);
  const store = storeSettings(draft, options);
  const servicenow = {
    url: draft.need('SERVICENOW_URL'),
    auth: servicenowAuth(draft),
    maxConcurrency: draft.number('SERVICENOW_MAX_CONCURRENCY'),
  };
  const salesforce = {
    loginUrl: draft.need('SALESFORCE_LOGIN_URL'),
    auth: salesforceAuth(draft),
    apiVersion: draft.need('SALESFORCE_API_VERSION'),
    maxConcurrency: draft.number('SALESFORCE_MAX_CONCURRENCY'),
    dailyCallsShare: draft.number('SALESFORCE_DAILY_CALLS_SHARE'),
    bulkFrom: draft.number('SALESFORCE_BULK_FROM'),
  };
  checkTogether(draft);
  draft.finish();
  return { ...store, servicenow, salesforce };
}

/** The settings without the two desks, for commands that work on the database alone. Throws SettingsInvalid. */
export function loadStoreSettings(env: Environment, options: LoadOptions): StoreSettings {
  const draft = open(env, options);
  const settings = storeSettings(draft, options);
  draft.finish();
  return settings;
}

/** Things that are allowed and that a person should still hear about. */
export function settingsWarnings(settings: Settings): readonly string[] {
  const { auth, url } = settings.servicenow;
  if (auth.kind !== 'password' || isLoopback(url)) return [];
  return [
    'ServiceNow is logged in to with a password, which is for trials only; see docs/servicenow.md for better ways.',
  ];
}

/** Settings on their way: what is missing is collected, and stands as empty text until `finish` throws. */
class Draft {
  readonly #reading: Reading;
  readonly #problems: Problem[];

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#problems = [...reading.problems];
  }

  get(name: OptionName): string | null {
    return this.#reading.values.get(name) ?? null;
  }

  need(name: OptionName, because = ''): string {
    const value = this.get(name);
    if (value !== null) return value;
    if (!this.#reading.broken.has(name)) {
      this.refuse(name, `is missing${because}: ${lowerFirst(optionOf(name).doc)}`);
    }
    return '';
  }

  number(name: OptionName): number {
    return Number(this.need(name));
  }

  secret(name: OptionName): Secret | null {
    const value = this.get(name);
    return value === null ? null : new Secret(value);
  }

  needSecret(name: OptionName, because = ''): Secret {
    return new Secret(this.need(name, because));
  }

  refuse(where: string, what: string): void {
    this.#problems.push({ where, what });
  }

  finish(): void {
    if (this.#problems.length > 0) throw new SettingsInvalid(this.#problems);
  }
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function open(env: Environment, { folder }: LoadOptions): Draft {
  const draft = new Draft(readValues(readEnvironment(resolve(folder, '.env'), env)));
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    draft.refuse(
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'switches off the check of certificates; remove it, and name your own authority in NODE_EXTRA_CA_CERTS',
    );
  }
  return draft;
}

function storeSettings(draft: Draft, { folder, terminal = false }: LoadOptions): StoreSettings {
  return {
    databaseUrl: draft.secret('DATABASE_URL'),
    databaseMigrateUrl: draft.secret('DATABASE_MIGRATE_URL'),
    migrate: draft.need('CASEBRIDGE_MIGRATE') === 'never' ? 'never' : 'auto',
    dataDir: resolve(folder, draft.need('CASEBRIDGE_DATA_DIR')),
    configFile: resolve(folder, draft.need('CASEBRIDGE_CONFIG')),
    secretKey: draft.secret('CASEBRIDGE_SECRET_KEY'),
    secretKeyPrevious: draft.secret('CASEBRIDGE_SECRET_KEY_PREVIOUS'),
    filesAtOnce: draft.number('CASEBRIDGE_FILES_AT_ONCE'),
    poll: { cron: draft.need('CASEBRIDGE_POLL'), idleMaxSeconds: draft.number('CASEBRIDGE_POLL_IDLE_MAX') },
    sweepHours: draft.number('CASEBRIDGE_SWEEP'),
    keep: {
      historyDays: draft.number('CASEBRIDGE_KEEP_HISTORY'),
      conflictDays: draft.number('CASEBRIDGE_KEEP_CONFLICTS'),
    },
    admin: {
      host: draft.need('CASEBRIDGE_ADMIN_HOST'),
      port: draft.number('CASEBRIDGE_ADMIN_PORT'),
      token: draft.secret('CASEBRIDGE_ADMIN_TOKEN'),
      origins: (draft.get('CASEBRIDGE_ADMIN_ORIGINS') ?? '').split(',').filter((origin) => origin !== ''),
      metricsOpen: draft.get('CASEBRIDGE_METRICS_OPEN') === '1',
      wakeSecret: draft.secret('CASEBRIDGE_WAKE_SECRET'),
    },
    watch: watchSettings(draft),
    log: { level: draft.need('LOG_LEVEL'), format: logFormat(draft.get('LOG_FORMAT'), terminal) },
  };
}

function logFormat(text: string | null, terminal: boolean): 'json' | 'pretty' {
  if (text === null) return terminal ? 'pretty' : 'json';
  return text === 'pretty' ? 'pretty' : 'json';
}

function servicenowAuth(draft: Draft): ServiceNowAuth {
  const kind = draft.need('SERVICENOW_AUTH');
  const client = {
    clientId: draft.need('SERVICENOW_CLIENT_ID'),
    clientSecret: draft.needSecret('SERVICENOW_CLIENT_SECRET'),
  };
  const because = ` with SERVICENOW_AUTH=${kind}`;
  switch (kind) {
    case 'jwt_bearer':
      return {
        kind,
        ...client,
        privateKey: draft.needSecret('SERVICENOW_PRIVATE_KEY', because),
        keyId: draft.need('SERVICENOW_KEY_ID', because),
        subject: draft.need('SERVICENOW_SUBJECT', because),
      };
    case 'password':
      return {
        kind,
        ...client,
        username: draft.need('SERVICENOW_USERNAME', because),
        password: draft.needSecret('SERVICENOW_PASSWORD', because),
      };
    case 'authorization_code':
      return { kind, ...client };
    default:
      // An unknown kind is refused already; the draft never leaves this file.
      return { kind: 'client_credentials', ...client };
  }
}

function salesforceAuth(draft: Draft): SalesforceAuth {
  const kind = draft.need('SALESFORCE_AUTH');
  const clientId = draft.need('SALESFORCE_CLIENT_ID');
  const because = ` with SALESFORCE_AUTH=${kind}`;
  switch (kind) {
    case 'jwt_bearer':
      return {
        kind,
        clientId,
        username: draft.need('SALESFORCE_USERNAME', because),
        privateKey: draft.needSecret('SALESFORCE_PRIVATE_KEY', because),
      };
    case 'authorization_code':
      return { kind, clientId, clientSecret: draft.secret('SALESFORCE_CLIENT_SECRET') };
    default:
      return {
        kind: 'client_credentials',
        clientId,
        clientSecret: kind === '' ? new Secret('') : draft.needSecret('SALESFORCE_CLIENT_SECRET', because),
      };
  }
}

/** Rules that look at more than one setting. */
function checkTogether(draft: Draft): void {
  const servicenowUrl = draft.get('SERVICENOW_URL');
  const passwordAllowed = draft.get('SERVICENOW_ALLOW_PASSWORD') === '1';
  if (
    draft.get('SERVICENOW_AUTH') === 'password' &&
    servicenowUrl !== null &&
    !isLoopback(servicenowUrl) &&
    !passwordAllowed
  ) {
    draft.refuse(
      'SERVICENOW_AUTH',
      'password is for an instance on this machine; take client_credentials or jwt_bearer, or set SERVICENOW_ALLOW_PASSWORD=1 for a trial',
    );
  }
  checkLoginUrl(draft);
  const codeFlow = ['SERVICENOW_AUTH', 'SALESFORCE_AUTH'] as const;
  if (codeFlow.some((name) => draft.get(name) === 'authorization_code')) {
    draft.need('CASEBRIDGE_SECRET_KEY', ', and authorization_code stores a refresh token');
  }
  const version = draft.get('SALESFORCE_API_VERSION');
  if (version !== null && !/^\d{2,3}\.0$/.test(version)) {
    draft.refuse('SALESFORCE_API_VERSION', 'is not an API version; write it like "66.0", without a v');
  }
}

function checkLoginUrl(draft: Draft): void {
  const url = draft.get('SALESFORCE_LOGIN_URL');
  if (url === null) return;
  const { hostname } = new URL(url);
  if (hostname.endsWith('.lightning.force.com')) {
    draft.refuse(
      'SALESFORCE_LOGIN_URL',
      `is the address of the web pages; write "https://${hostname.replace('.lightning.force.com', '.my.salesforce.com')}"`,
    );
  }
  // The token endpoint of the two shared hosts does not know this grant.
  if (draft.get('SALESFORCE_AUTH') === 'client_credentials' && /^(login|test)\.salesforce\.com$/.test(hostname)) {
    draft.refuse(
      'SALESFORCE_LOGIN_URL',
      'must be your My Domain with client_credentials, like "https://acme.my.salesforce.com"',
    );
  }
}
