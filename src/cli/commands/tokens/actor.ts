import { userInfo } from 'node:os';

/** Who is at the command line, for the audit trail: `cli:<user>`. In a container a user may have no name. */
export function actor(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return `cli:${process.getuid?.() ?? 'unknown'}`;
  }
}
