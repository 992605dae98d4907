import { userInfo } from 'node:os';
import type { Operator } from '../operate/operator.ts';
import type { Store } from '../store/store.ts';
import type { Session } from './session.ts';

/** Whoever runs this command, acting on this store. */
export function operatorOf({ world }: Session, store: Store): Operator {
  return { store, actor: actor(), now: world.now };
}

/** Who is at the command line, for the audit trail: `cli:<user>`. In a container a user may have no name. */
function actor(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    return `cli:${process.getuid?.() ?? 'unknown'}`;
  }
}
