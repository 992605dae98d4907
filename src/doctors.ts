import { vaultFor } from './app.ts';
import type { Settings } from './config/settings.ts';
import type { TokenVault } from './connectors/credentials.ts';
import type { DeskDoctor } from './connectors/desk-doctor.ts';
import { createGate } from './connectors/gate.ts';
import { createMemoryVault } from './connectors/memory-vault.ts';
import { createSalesforceDoctor } from './connectors/salesforce/doctor.ts';
import { createServiceNowDoctor } from './connectors/servicenow/doctor.ts';
import type { Side } from './core/side.ts';
import type { Store } from './store/store.ts';
import { systemClock } from './system.ts';

/** Those who look at both desks, with the rights that the daemon has. Without a store (`null`) no stored token can be used. */
export function openDoctors(settings: Settings, store: Store | null): Record<Side, DeskDoctor> {
  const clock = systemClock;
  const vault = (side: Side): TokenVault => (store === null ? createMemoryVault() : vaultFor(settings, side, store));
  const gate = (side: Side) => createGate({ concurrency: settings[side].maxConcurrency, clock });
  return {
    servicenow: createServiceNowDoctor({
      settings: settings.servicenow,
      vault: vault('servicenow'),
      clock,
      gate: gate('servicenow'),
    }),
    salesforce: createSalesforceDoctor({
      settings: settings.salesforce,
      vault: vault('salesforce'),
      clock,
      gate: gate('salesforce'),
    }),
  };
}
