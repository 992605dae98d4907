import { createRequire } from 'node:module';
import type pg from 'pg';
import { z } from 'zod';
import { createBoss, queueName, queueOptions, queuePolicy } from './boss.ts';

/** Makes or upgrades pg-boss's own schema, and our queue in it. Needs the rights that migrations need. */
export async function installQueue(databaseUrl: string): Promise<void> {
  const failures: Error[] = [];
  const boss = createBoss(
    { url: databaseUrl, onError: (error) => failures.push(error) },
    { migrate: true, createSchema: true, useListenNotify: false, max: 1 },
  );
  try {
    await boss.start();
    const found = await boss.getQueue(queueName);
    if (found === null) await boss.createQueue(queueName, { policy: queuePolicy, ...queueOptions });
    else await boss.updateQueue(queueName, queueOptions);
    if (failures[0] !== undefined) throw failures[0];
  } finally {
    await boss.stop({ graceful: false });
  }
}

const packageJson = z.object({ pgboss: z.object({ schema: z.number() }) });

/** True where the queue is there just as `installQueue` would leave it, which is so at nearly every start: to start pg-boss for it takes half a second. */
export async function isQueueInstalled(client: pg.Client): Promise<boolean> {
  const tables = await client.query<{ there: boolean }>(
    `SELECT count(to_regclass(name)) = 3 AS there FROM unnest(ARRAY['pgboss.version', 'pgboss.queue', 'pgboss.bam']) AS name`,
  );
  if (tables.rows[0]?.there !== true) return false;
  const { schema } = packageJson.parse(createRequire(import.meta.url)('pg-boss/package.json')).pgboss;
  const found = await client.query(
    `SELECT 1 FROM pgboss.queue JOIN pgboss.version ON version = $2
     WHERE name = $1 AND policy = $3 AND heartbeat_seconds = $4 AND expire_seconds = $5 AND retry_limit = $6 AND retry_delay = $7
       AND retention_seconds = $8 AND deletion_seconds = $9 AND notify = $10
       AND NOT EXISTS (SELECT 1 FROM pgboss.bam WHERE status <> 'completed')`,
    [
      queueName,
      schema,
      queuePolicy,
      queueOptions.heartbeatSeconds,
      queueOptions.expireInSeconds,
      queueOptions.retryLimit,
      queueOptions.retryDelay,
      queueOptions.retentionSeconds,
      queueOptions.deleteAfterSeconds,
      queueOptions.notify,
    ],
  );
  return found.rowCount === 1;
}
