import type { Secret } from '../config/secret.ts';
import type { Side } from '../core/side.ts';
import type { Daemon } from '../engine/daemon.ts';
import type { Engine } from '../engine/engine.ts';
import type { CasebridgeConfig } from '../mapping/define-config.ts';
import type { NameBook } from '../operate/name-book.ts';
import type { Runner } from '../operate/runs.ts';
import type { Undoer } from '../operate/undo-job.ts';
import type { AdminRecords, AdminRole } from '../store/store.ts';
import type { Hub } from './live/hub.ts';
import type { Vitals } from './live/vitals.ts';

/** Who asks. */
export interface Who {
  readonly name: string;
  readonly role: AdminRole;
  readonly via: 'token' | 'session';
  /** Of the token, or of the one that the session was opened with. */
  readonly tokenId: string;
  readonly session: {
    readonly hash: string;
    readonly secret: string;
    /** When the token was given. */
    readonly createdAt: string;
    readonly endsAt: string;
  } | null;
}

/** Everything that handlers work with. */
export interface AdminContext {
  readonly engine: Engine;
  readonly daemon: Pick<Daemon, 'syncNow' | 'totals' | 'lastComplete' | 'paces'>;
  readonly records: AdminRecords;
  readonly runner: Runner;
  readonly undoer: Undoer;
  /** What people are called, for pages. */
  readonly names: NameBook;
  readonly hub: Hub;
  readonly vitals: Vitals;
  readonly config: CasebridgeConfig;
  /** Name of the mapping file, without its folder. */
  readonly configFile: string;
  readonly version: string;
  /** Address of a desk, and of a ticket in it; null where unknown. */
  readonly deskUrl: (side: Side) => string | null;
  readonly ticketUrl: (side: Side, object: string, id: string) => string | null;
  readonly wakeSecret: Secret | null;
  readonly stopping: () => boolean;
}
