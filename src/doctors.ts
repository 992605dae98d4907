import { vaultFor } from './app.ts';
import type { Settings } from './config/settings.ts';
import type { StoredToken, TokenVault } from './connectors/credentials.ts';
import type { DeskDoctor } from './connectors/desk-doctor.ts';
import { createGate, type Gate } from './connectors/gate.ts';
import { keepLanes } from './connectors/gate-keeper.ts';
import { createMemoryVault } from './connectors/memory-vault.ts';
import { createSalesforceDoctor } from './connectors/salesforce/doctor.ts';
import { createSalesforceSetup, type SalesforceSetup } from './connectors/salesforce/setup.ts';
import { createServiceNowDoctor } from './connectors/servicenow/doctor.ts';
import { bothSides, type Side } from './core/side.ts';
import { type Store, StoreUnavailable } from './store/store.ts';
import { systemClock, systemIds } from './system.ts';

/** Both doors of a process that looks at the desks beside the daemon. */
export interface Doors {
  readonly gates: Readonly<Record<Side, Gate>>;
  /** To be called before the store is closed. */
  readonly close: () => Promise<void>;
}

/**
 * Doors that count among those of all replicas on this store, as far as it can be asked: a look must not be what is too much for a
 * side. Where it cannot, they are this process's own.
 */
export async function openDoors(settings: Settings, store: Store | null): Promise<Doors> {
  const most = bothSides((side) => settings[side].maxConcurrency);
  const own: Doors = { gates: ownGates(settings), close: async () => undefined };
  if (store?.limits === undefined) return own;
  try {
    // A store that goes away meanwhile is told by whatever else needs it.
    const onError = (): void => undefined;
    const keeper = await keepLanes({
      limits: store.limits,
      holder: systemIds.next(),
      most,
      clock: systemClock,
      onError,
    });
    return { gates: keeper.gates, close: () => keeper.stop() };
  } catch (error) {
    if (error instanceof StoreUnavailable) return own;
    throw error;
  }
}

function ownGates(settings: Settings): Record<Side, Gate> {
  return bothSides((side) => createGate({ concurrency: settings[side].maxConcurrency, clock: systemClock, side }));
}

/** Those who look at both desks, with the rights that the daemon has. Without a store (`null`) no stored token can be used. */
export function openDoctors(
  settings: Settings,
  store: Store | null,
  gates: Readonly<Record<Side, Gate>> = ownGates(settings),
): Record<Side, DeskDoctor> {
  const clock = systemClock;
  const vault = (side: Side): TokenVault => (store === null ? createMemoryVault() : vaultFor(settings, side, store));
  return {
    servicenow: createServiceNowDoctor({
      settings: settings.servicenow,
      vault: vault('servicenow'),
      clock,
      gate: gates.servicenow,
    }),
    salesforce: createSalesforceDoctor({
      settings: settings.salesforce,
      vault: vault('salesforce'),
      clock,
      gate: gates.salesforce,
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
