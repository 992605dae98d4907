import { type ConstructorOptions, PgBoss } from 'pg-boss';
import { applicationName, HeardClient } from '../client.ts';

/** The one queue: keys of links, and of records that have none yet. */
export const queueName = 'reconcile';

const tenYears = 10 * 365 * 24 * 3600;

/**
 * `stately` is the only policy that holds a waiting key once, runs it never twice at once, and takes it again while it runs:
 * `standard` ignores the key, `short` runs it twice, `exclusive` drops what comes while it runs.
 */
export const queuePolicy = 'stately';

export const queueOptions = {
  // A killed worker's keys come back when its heartbeats stay away, not after the default quarter of an hour.
  heartbeatSeconds: 10,
  // The longest pg-boss allows: a job that expires while its handler still runs would be handed out twice.
  expireInSeconds: 24 * 3600,
  // Only killed workers count here; a key that was given up would be an edit that was forgotten.
  retryLimit: 1000,
  retryDelay: 0,
  // Waiting jobs are otherwise deleted after 14 days.
  retentionSeconds: tenYears,
  deleteAfterSeconds: 600,
  notify: true,
} as const;

export interface BossOptions {
  readonly url: string;
  readonly onError: (error: Error) => void;
}

/** A pg-boss that uses the tables as they are. It never migrates: `installQueue` does, at start and under a lock. */
export function createBoss(options: BossOptions, more: Partial<ConstructorOptions> = {}): PgBoss {
  const settings: ConstructorOptions & { Client: typeof HeardClient } = {
    Client: HeardClient,
    connectionString: options.url,
    application_name: applicationName(),
    max: 4,
    connectionTimeoutMillis: 10_000,
    migrate: false,
    createSchema: false,
    reindex: false,
    schedule: false,
    registerInstance: false,
    useListenNotify: true,
    // Told when there is something to see to: queue/supervisor.ts.
    supervise: false,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: 300,
    ...more,
  };
  const boss = new PgBoss(settings);
  boss.on('error', options.onError);
  return boss;
}
