import { vaultFor } from './app.ts';
import type { Settings } from './config/settings.ts';
import type { StoredToken, TokenVault } from './connectors/credentials.ts';
import type { DeskDoctor } from './connectors/desk-doctor.ts';
import { createGate } from './connectors/gate.ts';
import { createMemoryVault } from './connectors/memory-vault.ts';
import { createSalesforceDoctor } from './connectors/salesforce/doctor.ts';
import { createSalesforceSetup, type SalesforceSetup } from './connectors/salesforce/setup.ts';
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

/** Who makes what an org lacks: by our own login, or by `token`, which is an administrator's and is kept nowhere. */
export function openSalesforceSetup(
  settings: Settings,
  store: Store | null,
  token: StoredToken | null,
): SalesforceSetup {
  const { clientId } = settings.salesforce.auth;
  const own = store === null ? createMemoryVault() : vaultFor(settings, 'salesforce', store);
  return createSalesforceSetup({
    // By a grant that cannot be repeated without a person: a token of theirs that is refused is never replaced by one of ours.
    settings:
      token === null
        ? settings.salesforce
        : { ...settings.salesforce, auth: { kind: 'authorization_code', clientId, clientSecret: null } },
    vault: token === null ? own : loanedVault(token),
    clock: systemClock,
    gate: createGate({ concurrency: settings.salesforce.maxConcurrency, clock: systemClock }),
  });
}

/** Holds one token, which is not to be renewed by our own login. */
function loanedVault(token: StoredToken): TokenVault {
  return {
    load: () => Promise.resolve({ token: { ...token, refreshToken: null }, version: 1 }),
    save: () => Promise.resolve(false),
  };
}
