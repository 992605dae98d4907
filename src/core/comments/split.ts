import type { TextLimit } from './rules.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How far behind a cut we look for the end of the grapheme that it would split, in UTF-16 units. */
const lookahead = 100;

/** How much `text` takes up, as the side counts. Salesforce counts the bytes of UTF-8. */
export function sizeOf(text: string, unit: TextLimit['unit']): number {
  if (unit === 'characters') return text.length;
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) bytes += bytesAt(text, at);
  return bytes;
}

/** The bytes that the unit at `at` adds: a surrogate pair is four, two for each half; a lone half becomes U+FFFD. */
function bytesAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (code < 0xd800 || code > 0xdfff) return 3;
  const next = text.charCodeAt(at + 1);
  const before = text.charCodeAt(at - 1);
  const paired = code < 0xdc00 ? next >= 0xdc00 && next <= 0xdfff : before >= 0xd800 && before <= 0xdbff;
  return paired ? 2 : 3;
}

/**
 * Cuts a text into pieces of at most `limit`, at the end of a line or a word where one is near, and never within a grapheme that
 * fits. The pieces joined are the text.
 */
export function pieces(text: string, limit: TextLimit): readonly string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = endOfPiece(text, from, limit);
    found.push(text.slice(from, end));
    from = end;
  }
  return found;
}

function endOfPiece(text: string, from: number, { most, unit }: TextLimit): number {
  let end = from;
  for (let size = 0; end < text.length; end += 1) {
    size += unit === 'characters' ? 1 : bytesAt(text, end);
    if (size > most) break;
  }
  if (end === text.length) return end;
  const blank = lastBlank(text, from, end);
  if (blank > from + Math.floor((end - from) * 0.7)) return blank;
  const window = text.slice(from, end + lookahead);
  const start = graphemes.segment(window).containing(end - from)?.index ?? end - from;
  if (start > 0) return from + start;
  // One grapheme that is longer than the whole piece: cut between characters.
  const whole = isLowSurrogate(text, end) ? end - 1 : end;
  return Math.max(whole, from + 1);
}

/** Behind the last line break before `end`, or else behind the last blank. */
function lastBlank(text: string, from: number, end: number): number {
  const line = text.lastIndexOf('\n', end - 1) + 1;
  if (line > from + Math.floor((end - from) * 0.7)) return line;
  return text.lastIndexOf(' ', end - 1) + 1;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
