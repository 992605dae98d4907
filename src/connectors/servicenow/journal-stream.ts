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
 * header. A text may quote such lines itself: a line is a header only behind an empty line, in the reader's date format, with that
 * label and in order of time; where the number of entries is known (`count`, else null), it decides. In doubt an entry is left out,
 * never guessed.
 */
export function parseStream(stream: string, dates: UserDates, count: number | null): ParsedStream {
  const text = stream.replaceAll(/\r\n?/g, '\n');
  if (text.trim() === '') return { entries: [], sure: count === null || count === 0 };
  const headers = headersIn(text, dates);
  const [first] = headers;
  if (first === undefined || first.start !== 0) return nothing;
  if (count === null) {
    // A header line that stands there twice may be one that is quoted.
    if (withoutQuoted(headers).length < headers.length) return nothing;
    return { ...entriesOf(text, headers), sure: false };
  }
  if (headers.length === count) return entriesOf(text, headers);
  if (headers.length > count) {
    const genuine = withoutQuoted(headers);
    return genuine.length === count ? entriesOf(text, genuine) : nothing;
  }
  // Past a size journals are only previewed (c_JournalFieldDisplayLimits), and the last entry may be cut.
  return { entries: entriesOf(text, headers).entries.slice(0, -1), sure: false };
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
  /** Null while it may stand for several moments. */
  readonly atMs: number | null;
}

function headersIn(text: string, dates: UserDates): readonly Header[] {
  const headers: Header[] = [];
  let label: string | null = null;
  let latest = Number.POSITIVE_INFINITY;
  for (const { line, start } of paragraphs(text)) {
    const date = dates.read(line);
    if (date === null || line.slice(date.length, date.length + 3) !== ' - ') continue;
    const rest = line.slice(date.length + 3);
    label ??= lastGroup(rest);
    if (label === null || !rest.endsWith(` (${label})`)) continue;
    const inTime: readonly number[] = date.times.filter((at) => at <= latest);
    if (inTime.length === 0) continue;
    latest = Math.max(...inTime);
    headers.push({
      line,
      author: rest.slice(0, -label.length - 3),
      start,
      end: start + line.length,
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

/** Of header lines that stand there more than once only the last: whoever quotes an entry writes later, so above it. */
function withoutQuoted(headers: readonly Header[]): readonly Header[] {
  const last = new Map(headers.map((header) => [header.line, header]));
  return headers.filter((header) => last.get(header.line) === header);
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

/** True where a rendered journal holds this text as an entry or part of one; white space is the renderer's own. */
export function saysIn(journal: string, text: string): boolean {
  return squeezed(journal).includes(squeezed(text));
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
