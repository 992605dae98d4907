import type { StoreSettings } from '../config/settings.ts';
import { findEmbedded, startEmbedded } from '../store/embedded.ts';
import { migrate } from '../store/prisma/migrate.ts';
import { systemClock } from '../system.ts';

/** Brings the tables up to date, also where CASEBRIDGE_MIGRATE is `never`. Returns the migrations applied. */
export async function migrateDatabase(settings: StoreSettings): Promise<readonly string[]> {
  const url = settings.databaseMigrateUrl ?? settings.databaseUrl;
  if (url !== null) return (await migrate(url.reveal())).applied;
  const embedded = await startEmbedded({ dataDir: settings.dataDir, clock: systemClock });
  try {
    return (await migrate(embedded.url)).applied;
  } finally {
    await embedded.stop();
  }
}

/** Address of the embedded Postgres that runs in the data folder now; null if none does. */
export async function runningDatabase(settings: StoreSettings): Promise<string | null> {
  return (await findEmbedded({ dataDir: settings.dataDir, clock: systemClock }))?.url ?? null;
}
