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
