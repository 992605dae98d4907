import type { Bench } from '../../sandbox/salesforce/bench.ts';
import type { Recording } from './recordings.ts';

export type Check = (bench: Bench, recording: Recording) => Promise<void>;

/** What is done about one recorded case: it is replayed, or the reason why it is not. */
export type Entry = Check | { readonly notApplicable: string };

export type CaseTable = Readonly<Record<string, Entry>>;

/** A record id of the right form that no record has. */
export const neverWas = { case: '500SB0999999999YAA', account: '001SB0999999999YAA' };
