import type { FieldValue } from '../core/record.ts';

/** What a holder leaves for itself, or for the next one: plain data. */
export type LeaseState = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, FieldValue>>>>>>;

/** Duties that one replica at a time has, each with what is needed to go on where the last holder stopped. */
export interface Leases {
  /** Takes a duty, or keeps it, until a time; null while somebody else has it. Times are ISO 8601. */
  take(
    name: string,
    holder: string,
    times: { readonly now: string; readonly until: string },
  ): Promise<LeaseState | null>;
  /** False, and nothing is saved, if somebody else has it by now. */
  save(name: string, holder: string, state: LeaseState): Promise<boolean>;
  /** What was saved last, whoever has it; null where nothing ever was. */
  look(name: string): Promise<LeaseState | null>;
  /** Gives it back before its time; what is saved stays. */
  release(name: string, holder: string): Promise<void>;
}
