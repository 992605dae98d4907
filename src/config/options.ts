import { watchOptions } from './options-watch.ts';

/** How a value is read, and how it is described. */
export type OptionKind =
  | { readonly type: 'text' }
  | { readonly type: 'secret' }
  /** A private key in PEM form. */
  | { readonly type: 'pem' }
  /** 32 bytes in base64. */
  | { readonly type: 'key' }
  /** `postgresql://…`. */
  | { readonly type: 'database' }
  /** An origin: `https://…`, or `http://` towards loopback. */
  | { readonly type: 'origin' }
  /** Origins with commas between them. */
  | { readonly type: 'origins' }
  /** A whole address, path and query included: whoever has it may use it, so it is kept like a secret. */
  | { readonly type: 'address' }
  /** `smtp://user:password@host:587`, or `smtps:`. */
  | { readonly type: 'smtp' }
  /** E-mail addresses with commas between them. */
  | { readonly type: 'mailboxes' }
  | { readonly type: 'path' }
  /** A node-cron expression, seconds first. */
  | { readonly type: 'cron' }
  | { readonly type: 'flag' }
  | { readonly type: 'number'; readonly min: number; readonly max: number; readonly whole: boolean }
  | { readonly type: 'choice'; readonly choices: readonly string[] };

export type Group = 'Database' | 'Service' | 'Logs' | 'Watching' | 'ServiceNow' | 'Salesforce';

export interface Option {
  readonly group: Group;
  readonly kind: OptionKind;
  /** As text; absent where there is none. */
  readonly default?: string;
  /** What it is, in a sentence or two. */
  readonly doc: string;
  /** When it has to be set. */
  readonly needed?: string;
  readonly example?: string;
}

const whole = (min: number, max: number): OptionKind => ({ type: 'number', min, max, whole: true });

/** Every setting there is, declared once: reading, checking, `.env.example` and the manual all come from here. */
export const options = {
  DATABASE_URL: {
    group: 'Database',
    kind: { type: 'database' },
    doc: 'Postgres to keep everything in. Empty: an embedded Postgres that lives in CASEBRIDGE_DATA_DIR.',
    example: 'postgresql://casebridge@db.example.com:5432/casebridge',
  },
  DATABASE_MIGRATE_URL: {
    group: 'Database',
    kind: { type: 'database' },
    doc: 'The same database under a role that may change tables. Empty: DATABASE_URL does that too.',
  },
  CASEBRIDGE_MIGRATE: {
    group: 'Database',
    kind: { type: 'choice', choices: ['auto', 'never'] },
    default: 'auto',
    doc: 'auto brings the tables up to date at start. never leaves that to "casebridge migrate".',
  },
  CASEBRIDGE_DATA_DIR: {
    group: 'Database',
    kind: { type: 'path' },
    default: '.casebridge',
    doc: 'Where the embedded Postgres keeps its data. Run as root from a folder others cannot enter, it lies under /var/lib/casebridge.',
  },
  CASEBRIDGE_CONFIG: {
    group: 'Service',
    kind: { type: 'path' },
    default: 'casebridge.config.ts',
    doc: 'The mapping file: which tables, which fields, who wins.',
  },
  CASEBRIDGE_SECRET_KEY: {
    group: 'Service',
    kind: { type: 'key' },
    doc: 'Encrypts the tokens that are stored, and values of fields that the mapping file calls sensitive: 32 random bytes in base64. "casebridge keygen" prints one.',
    needed: 'SERVICENOW_AUTH or SALESFORCE_AUTH is authorization_code, or a field is sensitive',
  },
  CASEBRIDGE_SECRET_KEY_PREVIOUS: {
    group: 'Service',
    kind: { type: 'key' },
    doc: 'The key before this one, during a change of keys: read, never written with.',
  },
  CASEBRIDGE_POLL: {
    group: 'Service',
    kind: { type: 'cron' },
    default: '*/10 * * * * *',
    doc: 'How often both sides are asked for changes, at the finest: a node-cron expression, seconds first.',
  },
  CASEBRIDGE_POLL_IDLE_MAX: {
    group: 'Service',
    kind: whole(1, 3600),
    default: '120',
    doc: 'A side that is quiet for a minute is asked half as often, again and again, down to once in so many seconds.',
  },
  CASEBRIDGE_SWEEP: {
    group: 'Service',
    kind: whole(0, 720),
    default: '24',
    doc: 'Hours in which the mapped values of every linked ticket are compared once, for changes that moved no stamp; 0 for never. Costs each side one call for 1,000 tickets.',
  },
  CASEBRIDGE_KEEP_HISTORY: {
    group: 'Service',
    kind: whole(0, 36_500),
    default: '365',
    doc: 'Days that the values which were carried, and the runs that carried them, are kept; "undo" goes back no further. 0: for ever.',
  },
  CASEBRIDGE_KEEP_CONFLICTS: {
    group: 'Service',
    kind: whole(0, 36_500),
    default: '365',
    doc: 'Days that a conflict is kept once it is settled, and the value that lost with it. One that waits for somebody is never removed. 0: for ever.',
  },
  CASEBRIDGE_FILES_AT_ONCE: {
    group: 'Service',
    kind: whole(1, 16),
    default: '2',
    doc: 'Attachments and files under way at once. Each holds a request on both sides; one is always left for the tickets.',
  },
  CASEBRIDGE_ADMIN_HOST: {
    group: 'Service',
    kind: { type: 'text' },
    default: '127.0.0.1',
    doc: 'Address that the dashboard, its API, /metrics, /healthz and /readyz are served on. Anything but this machine belongs behind a proxy that speaks https.',
  },
  CASEBRIDGE_ADMIN_PORT: {
    group: 'Service',
    kind: whole(0, 65_535),
    default: '8484',
    doc: 'Its port; 0 takes a free one.',
  },
  CASEBRIDGE_ADMIN_TOKEN: {
    group: 'Service',
    kind: { type: 'secret' },
    doc: 'Opens the dashboard and its API as admin. Empty: drawn, and kept in the file admin-token in the data folder.',
  },
  CASEBRIDGE_ADMIN_ORIGINS: {
    group: 'Service',
    kind: { type: 'origins' },
    doc: 'Further addresses that people reach the dashboard by, as through a proxy, with commas between them. Others are refused.',
    example: 'https://casebridge.example.com',
  },
  CASEBRIDGE_METRICS_OPEN: {
    group: 'Service',
    kind: { type: 'flag' },
    doc: '1 serves /metrics to everybody who reaches the port. Without it a token of the role viewer is asked for.',
  },
  CASEBRIDGE_WAKE_SECRET: {
    group: 'Service',
    kind: { type: 'secret' },
    doc: 'Lets a desk say that something changed: calls of /api/wake are signed with it, see docs/api.md. Empty: none are taken.',
  },
  LOG_LEVEL: {
    group: 'Logs',
    kind: { type: 'choice', choices: ['error', 'warn', 'info', 'debug'] },
    default: 'info',
    doc: 'The least important kind of line that is written. debug adds stacks to errors.',
  },
  LOG_FORMAT: {
    group: 'Logs',
    kind: { type: 'choice', choices: ['json', 'pretty'] },
    doc: 'One JSON object a line, or lines for people. Default: pretty on a terminal, json elsewhere.',
  },
  ...watchOptions,
  SERVICENOW_URL: {
    group: 'ServiceNow',
    kind: { type: 'origin' },
    doc: 'The instance. http: is accepted for loopback only.',
    needed: 'always',
    example: 'https://dev12345.service-now.com',
  },
  SERVICENOW_AUTH: {
    group: 'ServiceNow',
    kind: { type: 'choice', choices: ['client_credentials', 'jwt_bearer', 'authorization_code', 'password'] },
    doc: 'How we log in; see docs/servicenow.md.',
    needed: 'always',
    example: 'client_credentials',
  },
  SERVICENOW_CLIENT_ID: {
    group: 'ServiceNow',
    kind: { type: 'text' },
    doc: 'Client id of the OAuth application registry entry.',
    needed: 'always',
  },
  SERVICENOW_CLIENT_SECRET: {
    group: 'ServiceNow',
    kind: { type: 'secret' },
    doc: 'Its client secret.',
    needed: 'always',
  },
  SERVICENOW_USERNAME: {
    group: 'ServiceNow',
    kind: { type: 'text' },
    doc: 'User for the password grant.',
    needed: 'SERVICENOW_AUTH is password',
  },
  SERVICENOW_PASSWORD: {
    group: 'ServiceNow',
    kind: { type: 'secret' },
    doc: 'Password for the password grant.',
    needed: 'SERVICENOW_AUTH is password',
  },
  SERVICENOW_ALLOW_PASSWORD: {
    group: 'ServiceNow',
    kind: { type: 'flag' },
    doc: '1 allows the password grant towards an instance that is not on this machine. For trials only.',
  },
  SERVICENOW_PRIVATE_KEY: {
    group: 'ServiceNow',
    kind: { type: 'pem' },
    doc: 'Private key that signs our assertions, in PEM form; mostly given as SERVICENOW_PRIVATE_KEY_FILE.',
    needed: 'SERVICENOW_AUTH is jwt_bearer',
  },
  SERVICENOW_KEY_ID: {
    group: 'ServiceNow',
    kind: { type: 'text' },
    doc: 'Key id (kid) of the verifier map that holds the certificate.',
    needed: 'SERVICENOW_AUTH is jwt_bearer',
  },
  SERVICENOW_SUBJECT: {
    group: 'ServiceNow',
    kind: { type: 'text' },
    doc: 'The user we act as (sub), as the entry matches it: e-mail or user name.',
    needed: 'SERVICENOW_AUTH is jwt_bearer',
  },
  SERVICENOW_MAX_CONCURRENCY: {
    group: 'ServiceNow',
    kind: whole(1, 64),
    default: '2',
    doc: 'Requests at once, over all replicas together. Half of the four threads that a node usually gives to the API.',
  },
  SALESFORCE_LOGIN_URL: {
    group: 'Salesforce',
    kind: { type: 'origin' },
    doc: "The org's My Domain. http: is accepted for loopback only.",
    needed: 'always',
    example: 'https://acme.my.salesforce.com',
  },
  SALESFORCE_AUTH: {
    group: 'Salesforce',
    kind: { type: 'choice', choices: ['client_credentials', 'jwt_bearer', 'authorization_code'] },
    doc: 'How we log in; see docs/salesforce.md.',
    needed: 'always',
    example: 'client_credentials',
  },
  SALESFORCE_CLIENT_ID: {
    group: 'Salesforce',
    kind: { type: 'text' },
    doc: 'Consumer key of the external client app.',
    needed: 'always',
  },
  SALESFORCE_CLIENT_SECRET: {
    group: 'Salesforce',
    kind: { type: 'secret' },
    doc: 'Consumer secret of the external client app.',
    needed: 'SALESFORCE_AUTH is client_credentials',
  },
  SALESFORCE_USERNAME: {
    group: 'Salesforce',
    kind: { type: 'text' },
    doc: 'The user we act as.',
    needed: 'SALESFORCE_AUTH is jwt_bearer',
  },
  SALESFORCE_PRIVATE_KEY: {
    group: 'Salesforce',
    kind: { type: 'pem' },
    doc: 'Private key that signs our assertions, in PEM form; mostly given as SALESFORCE_PRIVATE_KEY_FILE.',
    needed: 'SALESFORCE_AUTH is jwt_bearer',
  },
  SALESFORCE_API_VERSION: {
    group: 'Salesforce',
    kind: { type: 'text' },
    default: '66.0',
    doc: 'REST API version, pinned so that a release of theirs changes nothing here.',
  },
  SALESFORCE_MAX_CONCURRENCY: {
    group: 'Salesforce',
    kind: whole(1, 64),
    default: '5',
    doc: 'Requests at once, over all replicas together.',
  },
  SALESFORCE_DAILY_CALLS_SHARE: {
    group: 'Salesforce',
    kind: { type: 'number', min: 0.01, max: 1, whole: false },
    default: '0.5',
    doc: "Part of the org's daily API calls that Casebridge may use, all replicas together. Below a quarter of it, resync and verify wait and polls come more seldom.",
  },
  SALESFORCE_BULK_FROM: {
    group: 'Salesforce',
    kind: whole(0, 100_000_000),
    default: '20000',
    doc: 'A resync or first load of at least so many records reads them through the Bulk API 2.0, at a tenth of the calls. 0: never.',
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;

export const optionNames = Object.keys(options) as readonly OptionName[];

/** The declaration of one setting. */
export function optionOf(name: OptionName): Option {
  return options[name];
}

/** True for settings that are never printed and that may come from a file: `NAME_FILE`. */
export function isSecret(option: Option): boolean {
  return ['secret', 'pem', 'key', 'database', 'address', 'smtp'].includes(option.kind.type);
}
