import type { Secret } from './secret.ts';
import type { WatchSettings } from './settings-watch.ts';

export type ServiceNowAuth =
  | { readonly kind: 'authorization_code'; readonly clientId: string; readonly clientSecret: Secret }
  | { readonly kind: 'client_credentials'; readonly clientId: string; readonly clientSecret: Secret }
  | {
      readonly kind: 'jwt_bearer';
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly privateKey: Secret;
      readonly keyId: string;
      readonly subject: string;
    }
  | {
      readonly kind: 'password';
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly username: string;
      readonly password: Secret;
    };

export type SalesforceAuth =
  | { readonly kind: 'jwt_bearer'; readonly clientId: string; readonly username: string; readonly privateKey: Secret }
  | { readonly kind: 'client_credentials'; readonly clientId: string; readonly clientSecret: Secret }
  | { readonly kind: 'authorization_code'; readonly clientId: string; readonly clientSecret: Secret | null };

export interface ServiceNowSettings {
  /** Origin only, no trailing slash. */
  readonly url: string;
  readonly auth: ServiceNowAuth;
  readonly maxConcurrency: number;
}

export interface SalesforceSettings {
  readonly loginUrl: string;
  readonly auth: SalesforceAuth;
  /** `67.0`, without the `v`. */
  readonly apiVersion: string;
  readonly maxConcurrency: number;
  /** 0 to 1. */
  readonly dailyCallsShare: number;
  /** A walk over at least so many rows goes through the Bulk API; 0: never. */
  readonly bulkFrom?: number;
}

export interface AdminSettings {
  readonly host: string;
  readonly port: number;
  /** Null: drawn, and kept in a file. */
  readonly token: Secret | null;
  /** Further addresses that people reach us by. */
  readonly origins: readonly string[];
  readonly metricsOpen: boolean;
  /** Null: no desk may wake us. */
  readonly wakeSecret: Secret | null;
}

export interface Settings {
  /** Empty database URL: the embedded Postgres in `dataDir`. */
  readonly databaseUrl: Secret | null;
  readonly databaseMigrateUrl: Secret | null;
  readonly migrate: 'auto' | 'never';
  readonly dataDir: string;
  readonly configFile: string;
  readonly secretKey: Secret | null;
  readonly secretKeyPrevious: Secret | null;
  /** Files under way at once, at most. */
  readonly filesAtOnce: number;
  readonly poll: { readonly cron: string; readonly idleMaxSeconds: number };
  /** Hours in which the content of every link is compared once; 0 for never. */
  readonly sweepHours: number;
  /** Days that carried values and settled conflicts are kept; 0 for ever. */
  readonly keep: { readonly historyDays: number; readonly conflictDays: number };
  readonly admin: AdminSettings;
  readonly watch: WatchSettings;
  readonly log: { readonly level: string; readonly format: 'json' | 'pretty' };
  readonly servicenow: ServiceNowSettings;
  readonly salesforce: SalesforceSettings;
}

/** What a command needs that speaks to the database alone. */
export type StoreSettings = Omit<Settings, 'servicenow' | 'salesforce'>;
