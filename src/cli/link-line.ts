import type { Link } from '../core/link.ts';
import { namesOf } from '../operate/names-of.ts';

/** One line of `links list --json`. */
export function linkLine(link: Link): Readonly<Record<string, string | null>> {
  return {
    id: link.id,
    ...namesOf(link),
    status: link.status,
    lastSyncedAt: link.lastSyncedAt,
  };
}
