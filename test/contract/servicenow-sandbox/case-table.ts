import type { Bench } from '../../sandbox/servicenow/client.ts';
import type { Recording } from './recordings.ts';

export interface World {
  readonly bench: Bench;
  readonly recording: Recording;
}

export type Check = (world: World) => Promise<void>;

/** What is done about one recorded case: it is replayed, or the reason why it is not. */
export type Entry = { readonly now?: string; readonly check: Check } | { readonly notApplicable: string };

/** `now` is the moment the recording was made, where the answer tells it. */
export function replayed(check: Check, now?: string): Entry {
  return now === undefined ? { check } : { check, now };
}
