import type { Settings } from '../config/settings.ts';
import type { TokenVault } from '../connectors/credentials.ts';
import { iso } from '../core/clock.ts';
import type { Side } from '../core/side.ts';

/** A refresh token of ServiceNow lives 100 days unless its registry entry says otherwise (t_CreateEndpointforExternalClients). */
const refreshLifeMs = 8_640_000_000;

/**
 * When a login ends that only a person can renew. Logins without a person are renewed by themselves, and a refresh token of Salesforce
 * lives on while it is used. Null where nothing is known. ISO 8601. Rejects where the database does not answer.
 */
export async function tokenEnds(
  vault: TokenVault,
  settings: Pick<Settings, Side>,
): Promise<Readonly<Record<Side, string | null>>> {
  return {
    servicenow: await endOf(vault, 'servicenow', settings, refreshLifeMs),
    salesforce: await endOf(vault, 'salesforce', settings, null),
  };
}

async function endOf(
  vault: TokenVault,
  side: Side,
  settings: Pick<Settings, Side>,
  lifeMs: number | null,
): Promise<string | null> {
  if (settings[side].auth.kind !== 'authorization_code') return null;
  const stored = await vault.load(side);
  if (stored === null) return null;
  const { refreshToken, refreshSince, expiresAt } = stored.token;
  if (refreshToken === null) return expiresAt;
  return lifeMs === null || refreshSince === undefined ? null : iso(Date.parse(refreshSince) + lifeMs);
}
