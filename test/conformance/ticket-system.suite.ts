import { afterAll, beforeAll, describe } from 'vitest';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Channel } from '../../src/core/children.ts';
import type { Fields } from '../../src/core/record.ts';
import type { Side } from '../../src/core/side.ts';
import { changesTests } from './ticket-system/changes.ts';
import { commentTests } from './ticket-system/comments.ts';
import { fileTests } from './ticket-system/files.ts';
import { handedBackTests } from './ticket-system/handed-back.ts';
import { lookTests } from './ticket-system/looks.ts';
import { readTests } from './ticket-system/reads.ts';
import { hostileTests } from './ticket-system/texts.ts';
import { writeTests } from './ticket-system/writes.ts';

/** A desk, its ticket system, and the doors through which the suite acts as the people at the desk. */
export interface DeskUnderTest {
  readonly system: TicketSystem;
  readonly object: string;
  /** Native names of a short text, a long text and a choice, with two values that the choice takes. */
  readonly title: string;
  readonly text: string;
  readonly choice: { readonly field: string; readonly values: readonly [string, string] };
  /** Fields that a create must have, if any. */
  readonly required: Fields;
  /** Fields that this desk refuses in a create or an update, for a reason of the record's own. */
  readonly refused: Fields;
  /** A person makes a record; returns its id. */
  put(fields: Fields): string;
  edit(id: string, fields: Fields): void;
  remove(id: string): void;
  /** A person says something on a ticket; left out where the desk under test has no comments. */
  comment?(id: string, text: string, channel: Channel): void;
  /** A person adds a file to a ticket; left out where the desk under test has no files. */
  attach?(id: string, name: string, content: Buffer): void;
  /** The id of a record across that nothing names yet. */
  partnerId(): string;
  /** Lets the desk's clock go on by at least one second. */
  tick(): Promise<void>;
  /** Makes the next call to the desk fail as a whole. */
  breakNext(): void;
  close(): Promise<void>;
}

export type OpenDesk = () => Promise<DeskUnderTest>;

/** What every TicketSystem must do, whether it speaks to a desk in memory, to a sandbox over HTTP, or to a real instance. */
export function ticketSystemSuite(name: string, open: OpenDesk): void {
  describe(name, { timeout: 120_000 }, () => {
    let desk: DeskUnderTest | null = null;
    beforeAll(async () => {
      desk = await open();
    });
    afterAll(async () => {
      await desk?.close();
    });
    const opened = (): DeskUnderTest => {
      if (desk === null) throw new Error('the desk is not open');
      return desk;
    };
    changesTests(opened);
    readTests(opened);
    writeTests(opened);
    handedBackTests(opened);
    lookTests(opened);
    hostileTests(opened);
    commentTests(opened);
    fileTests(opened);
  });
}

export type Opened = () => DeskUnderTest;

/** Ids of the other side: 18 characters for a ServiceNow desk's partner, 32 hex digits for a Salesforce desk's. */
export function partnerIds(side: Side, random: () => number): () => string {
  const draw = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join('');
  // Fifteen digits have no capitals, so that their three check characters are always AAA.
  return () => (side === 'servicenow' ? `500${draw('0123456789', 12)}AAA` : draw('0123456789abcdef', 32));
}
