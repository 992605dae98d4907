import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Role } from '../../schemas/common.ts';
import type { SessionInfo } from '../../schemas/session.ts';
import type { Status } from '../../schemas/status.ts';

const ranks: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** True if someone of this role may do what asks for `least`. The server decides; the page only offers what it would allow. */
export function mayDo(role: Role, least: Role): boolean {
  return ranks[role] >= ranks[least];
}

export const SessionContext = createContext<SessionInfo | null>(null);
export const StatusContext = createContext<Status | null>(null);

/** Whether the person at the page may do what asks for this role. */
export function useMay(least: Role): boolean {
  const session = useContext(SessionContext);
  return session !== null && mayDo(session.role, least);
}
