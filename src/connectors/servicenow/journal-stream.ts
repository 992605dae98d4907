import { postedForm } from '../../core/comments/text.ts';
import type { UserDates } from './user-dates.ts';

/** One entry of a rendered journal. */
export interface StreamEntry {
  readonly atMs: number;
  /** Display name; not unique. */
  readonly author: string;
  readonly text: string;
}

export interface ParsedStream {
  /** Newest first, as rendered. */
  readonly entries: readonly StreamEntry[];
  /** unsure: where entries begin or when they were made could not be told, and those are left out. */
  readonly sure: boolean;
}

const nothing: ParsedStream = { entries: [], sure: false };

/**
 * Reads a journal as a person sees it: newest first, `<date> - <author> (<label>)`, the text, an empty line
 * (table-patch-comment-display-true-rec). The label is a translated setting, so it is taken from the first line, which is always a
 * header. A text may quote such lines itself, as replies to notifications do: where the number of entries is known (`count`, else
 * null), it decides. In doubt entries are left out, never guessed.
 */
export function parseStream(stream: string, dates: UserDates, count: number | null): ParsedStream {
  const text = stream.replaceAll(/\r\n?/g, '\n');
  if (text.trim() === '') return { entries: [], sure: count === null || count === 0 };
  const headers = headersIn(text, dates);
  const [first] = headers;
  if (first === undefined || first.start !== 0) return nothing;
  if (count === null) {
    const distinct = new Set(headers.map(({ line }) => line)).size === headers.length;
    return distinct && isInOrder(headers) ? { ...entriesOf(text, headers), sure: false } : nothing;
  }
  // Past a size journals are only previewed (c_JournalFieldDisplayLimits), and the last entry may be cut.
  if (headers.length < count) {
    return isInOrder(headers) ? { entries: entriesOf(text, headers).entries.slice(0, -1), sure: false } : nothing;
  }
  const genuine = headers.length === count ? headers : withoutQuoted(text, headers);
  const chain = genuine === null ? null : onlyChain(genuine, count);
  return chain === null ? nothing : entriesOf(text, chain);
}

/** How many lines of a journal look like headers. */
export function entriesLike(stream: string, dates: UserDates): number {
  return headersIn(stream.replaceAll(/\r\n?/g, '\n'), dates).length;
}

interface Header {
  readonly line: string;
  readonly author: string;
  readonly start: number;
  readonly end: number;
  /** The moments that it may stand for, and the one it is taken for; null while that is open. */
  readonly times: readonly number[];
  readonly atMs: number | null;
}

function headersIn(text: string, dates: UserDates): readonly Header[] {
  const headers: Header[] = [];
  let label: string | null = null;
  for (const { line, start } of paragraphs(text)) {
    const date = dates.read(line);
    if (date === null || line.slice(date.length, date.length + 3) !== ' - ') continue;
    const rest = line.slice(date.length + 3);
    label ??= lastGroup(rest);
    if (label === null || !rest.endsWith(` (${label})`)) continue;
    headers.push({
      line,
      author: rest.slice(0, -label.length - 3),
      start,
      end: start + line.length,
      times: date.times,
      atMs: date.at,
    });
  }
  return headers;
}

/** Lines that stand at the start or behind an empty line. */
function* paragraphs(text: string): Generator<{ readonly line: string; readonly start: number }> {
  let start = 0;
  let behindEmpty = true;
  for (const line of text.split('\n')) {
    if (behindEmpty && line !== '') yield { line, start };
    behindEmpty = line === '';
    start += line.length + 1;
  }
}

/** `Ann (Ext) (Work notes)` → `Work notes`; `Ann (Comments (visible))` → `Comments (visible)`; null for a line that does not end so. */
function lastGroup(text: string): string | null {
  if (!text.endsWith(')')) return null;
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === ')') depth += 1;
    if (text[at] === '(') depth -= 1;
    if (depth === 0) return text[at - 1] === ' ' ? text.slice(at + 1, -1) : null;
  }
  return null;
}

/**
 * Without the quoted ones: of a header line that stands there more than once, with the same words behind it, only the last is a
 * header, since whoever quotes an entry writes later, so above it. Null where the newest entry seems to quote itself.
 */
function withoutQuoted(text: string, headers: readonly Header[]): readonly Header[] | null {
  const keyOf = ({ line, end }: Header): string => `${line}\n${text.slice(end + 1).split('\n', 1)[0] ?? ''}`;
  const last = new Map(headers.map((header) => [keyOf(header), header]));
  const genuine = headers.filter((header) => last.get(keyOf(header)) === header);
  return genuine[0] === headers[0] ? genuine : null;
}

/** Two that many lines too much are not sorted out. */
const mostTooMany = 40;

/** The headers of the one way to have `count` entries in order of time, beginning with the first; null for none or several. */
function onlyChain(headers: readonly Header[], count: number): readonly Header[] | null {
  const extra = headers.length - count;
  if (extra < 0 || extra > mostTooMany || count === 0) return null;
  const known = new Map<string, number>();
  /** Ways to go on from a header while leaving out so many; two stand for any number of them. */
  const ways = (at: number, leave: number): number => {
    const key = `${at} ${leave}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    let sum = headers.length - 1 - at === leave ? 1 : 0;
    for (const [next, left] of nextOf(headers, at, leave)) sum += ways(next, left);
    known.set(key, Math.min(sum, 2));
    return Math.min(sum, 2);
  };
  // From the end, so that no call goes deep.
  for (let at = headers.length - 1; at >= 0; at -= 1) for (let leave = 0; leave <= extra; leave += 1) ways(at, leave);
  if (ways(0, extra) !== 1) return null;
  const chain = headers.slice(0, 1);
  for (let at = 0, leave = extra; chain.length < count;) {
    const step = nextOf(headers, at, leave).find(([next, left]) => ways(next, left) > 0);
    const header = step === undefined ? undefined : headers[step[0]];
    if (step === undefined || header === undefined) return null;
    [at, leave] = step;
    chain.push(header);
  }
  return chain;
}

/** Where a chain may go on from a header, and how many it may leave out after that. */
function nextOf(headers: readonly Header[], at: number, leave: number): readonly (readonly [number, number])[] {
  const steps: [number, number][] = [];
  for (let skipped = 0; skipped <= leave && at + 1 + skipped < headers.length; skipped += 1) {
    if (mayFollow(headers[at], headers[at + 1 + skipped])) steps.push([at + 1 + skipped, leave - skipped]);
  }
  return steps;
}

function isInOrder(headers: readonly Header[]): boolean {
  return headers.every((header, at) => at === 0 || mayFollow(headers[at - 1], header));
}

/** Newest first. */
function mayFollow(header: Header | undefined, older: Header | undefined): boolean {
  return header !== undefined && older !== undefined && Math.min(...older.times) <= Math.max(...header.times);
}

function entriesOf(text: string, headers: readonly Header[]): ParsedStream {
  const entries = headers.flatMap((header, at): readonly StreamEntry[] => {
    if (header.atMs === null) return [];
    const body = text.slice(header.end + 1, headers[at + 1]?.start ?? text.length);
    return [{ atMs: header.atMs, author: header.author, text: bare(body) }];
  });
  return { entries, sure: entries.length === headers.length };
}

/** The text without the white space around it, which the rendering does not keep apart from its own. */
export function bare(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').trim();
}

/** True where a rendered journal holds this text as an entry or part of one, as far as renderer and database keep characters. */
export function saysIn(journal: string, text: string): boolean {
  return postedForm(journal).includes(postedForm(text));
}
