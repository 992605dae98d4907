import type { Ticket } from './truth.ts';

export type Fields = Readonly<Record<string, string>>;

export type Channel = 'public' | 'internal';

/** What the bench asks of a desk that runs in a process of its own. Times are milliseconds since the epoch. */
export type Ask =
  | { readonly do: 'open'; readonly object: string; readonly tickets: readonly Fields[] }
  /** `clock`: where the desk's clock stands meanwhile, if it is to stand still. */
  | {
      readonly do: 'edit';
      readonly object: string;
      readonly edits: readonly { readonly id: string; readonly fields: Fields }[];
      readonly clock?: number;
    }
  | {
      readonly do: 'comment';
      readonly object: string;
      readonly comments: readonly { readonly id: string; readonly text: string; readonly channel: Channel }[];
    }
  /** Waits until each row, named by the value of `key`, shows the text expected of it. */
  | {
      readonly do: 'watch';
      readonly object: string;
      readonly key: string;
      readonly field: string;
      readonly expected: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
    }
  /** Waits until each ticket has a comment that holds the text expected of it. */
  | { readonly do: 'watch-comments'; readonly expected: Readonly<Record<string, string>>; readonly timeoutMs: number }
  /** Waits until each ticket has a file of the hash expected of it. */
  | {
      readonly do: 'watch-files';
      readonly object: string;
      readonly expected: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
    }
  /** Waits until there are so many rows. */
  | { readonly do: 'await-rows'; readonly object: string; readonly rows: number; readonly timeoutMs: number }
  /** Notes every text that one field of one row shows, until it shows `until`. */
  | {
      readonly do: 'trace';
      readonly object: string;
      readonly id: string;
      readonly field: string;
      readonly until: string;
      readonly timeoutMs: number;
    }
  /** Calls that came in from `since` to `until`. */
  | { readonly do: 'calls'; readonly since: number; readonly until?: number }
  | { readonly do: 'column'; readonly object: string; readonly key: string; readonly field: string }
  /** A person adds files of random bytes, one to each of these tickets, `times` over. */
  | {
      readonly do: 'attach';
      readonly object: string;
      readonly ids: readonly string[];
      readonly bytes: number;
      readonly times: number;
    }
  /** Every file on these tickets, as `name hash`. */
  | { readonly do: 'files'; readonly object: string; readonly ids: readonly string[] }
  /** Every ticket with all that is mapped, in words that both sides share. */
  | { readonly do: 'tickets' }
  /** How long its calls take from now on: what `parseLatency` takes. */
  | { readonly do: 'latency'; readonly is: string }
  | { readonly do: 'forget' }
  | { readonly do: 'stop' };

export interface Done {
  /** Ids, in the order asked for. */
  readonly ids: readonly string[];
  readonly at: number;
  /** A request was being answered meanwhile: it may have seen the rows before or after. */
  readonly busy: boolean;
}

export interface Watched {
  /** When each row was first seen as expected, by its key. */
  readonly seenAt: Readonly<Record<string, number>>;
  readonly missing: number;
}

export interface Step {
  readonly at: number;
  readonly text: string;
}

export interface Counted {
  readonly calls: number;
  /** How many of each kind: method and path, without ids. */
  readonly kinds: Readonly<Record<string, number>>;
  /** When the first of them came in; null for none. */
  readonly firstAt: number | null;
  /** Calls that were turned away. */
  readonly refused: number;
  /** How often calls came after half a second without one: the polls of an idle pair. */
  readonly rounds: number;
}

export interface Answers {
  readonly open: Done;
  readonly edit: Done;
  readonly comment: Done;
  readonly watch: Watched;
  readonly 'watch-comments': Watched;
  readonly 'watch-files': Watched;
  readonly 'await-rows': boolean;
  readonly trace: readonly Step[];
  readonly calls: Counted;
  readonly column: Readonly<Record<string, string>>;
  readonly attach: null;
  readonly files: readonly string[];
  readonly tickets: readonly Ticket[];
  readonly latency: null;
  readonly forget: null;
  readonly stop: null;
}
