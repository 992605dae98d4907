import type { Fields } from '../throughput/messages.ts';

/** What a measurement asks of a desk that runs in a process of its own. Times are milliseconds since the epoch. */
export type Ask =
  | { readonly do: 'open'; readonly object: string; readonly tickets: readonly Fields[] }
  | {
      readonly do: 'edit';
      readonly object: string;
      readonly edits: readonly { readonly id: string; readonly fields: Fields }[];
    }
  /** Waits until so many rows hold this text in a field. */
  | {
      readonly do: 'await';
      readonly object: string;
      readonly field: string;
      readonly text: string;
      readonly rows: number;
      readonly timeoutMs: number;
    }
  /** Says to the next API call that it is to come again after so many seconds. */
  | { readonly do: 'refuse'; readonly seconds: number }
  | { readonly do: 'log'; readonly since: number }
  | { readonly do: 'forget' }
  | { readonly do: 'stop' };

/** What the desk itself has noted of the requests that count against its limits. */
export interface Log {
  readonly calls: number;
  /** Most of them that were under way at one moment. */
  readonly most: number;
  readonly lastAt: number | null;
  /** Those that the desk sent away with a time to wait, and the calls that came during that time all the same, but for such as were on their way. */
  readonly refusals: readonly {
    readonly at: number;
    readonly until: number;
    readonly tooEarly: number;
    readonly firstAfterMs: number | null;
  }[];
}

export interface Answers {
  readonly open: readonly string[];
  readonly edit: { readonly at: number };
  readonly await: { readonly at: number; readonly rows: number };
  readonly refuse: null;
  readonly log: Log;
  readonly forget: null;
  readonly stop: null;
}
