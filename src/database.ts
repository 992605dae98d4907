import type { StoreSettings } from './config/settings.ts';
import type { EventSink } from './engine/events.ts';
import { startEmbedded } from './store/embedded.ts';
import { openStore } from './store/prisma/store.ts';
import { nothingSensitive, type SensitiveFields, withSealedValues } from './store/sealed/store.ts';
import { createValueSeal } from './store/sealed/values.ts';
import type { Store } from './store/store.ts';
import { systemClock, systemIds } from './system.ts';

/** A store that is open and migrated, and the server under it where that is ours. */
export interface Database {
  readonly store: Store;
  readonly url: string;
  readonly embedded: boolean;
  /** The store first, the server last. */
  close(): Promise<void>;
}

/**
 * Opens the database of the settings: `DATABASE_URL`, or the embedded server, started or found running. Migrates unless told
 * not to. Rejects with StoreUnavailable, EmbeddedFailed, DatabaseNewer or DatabaseBehind.
 */
export async function openDatabase(
  settings: StoreSettings,
  options: {
    readonly emit: EventSink;
    /** Fields whose values are to be sealed; what was sealed before is opened in any case. */
    readonly sensitive?: SensitiveFields;
  },
): Promise<Database> {
  const embedded =
    settings.databaseUrl === null ? await startEmbedded({ dataDir: settings.dataDir, clock: systemClock }) : null;
  const url = embedded?.url ?? settings.databaseUrl?.reveal() ?? '';
  try {
    const store = await openStore({
      url,
      migrateUrl: settings.databaseMigrateUrl?.reveal() ?? url,
      migrate: settings.migrate,
      clock: systemClock,
      ids: systemIds,
      secretKey: settings.secretKey,
      secretKeyPrevious: settings.secretKeyPrevious,
      onLost: (error) => options.emit({ type: 'store.lost', error }),
      onBack: () => options.emit({ type: 'store.back' }),
    });
    const close = async (): Promise<void> => {
      await store.close();
      await embedded?.stop();
    };
    const keys = { present: settings.secretKey, previous: settings.secretKeyPrevious };
    const sealing = withSealedValues(store, createValueSeal(keys), options.sensitive ?? nothingSensitive);
    return { store: sealing, url, embedded: embedded !== null, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}
