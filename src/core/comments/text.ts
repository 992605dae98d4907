import type { Side } from '../side.ts';
import { pieces, sizeOf } from './split.ts';
import type { CommentRules, TextLimit } from './rules.ts';

/** Who wrote something and when, as it is told across. */
export interface Byline {
  readonly side: Side;
  readonly author: string | null;
  /** ISO 8601. */
  readonly at: string;
}

const systems: Readonly<Record<Side, string>> = { servicenow: 'ServiceNow', salesforce: 'Salesforce' };

/** Two texts with the same form are one text, however a desk keeps line ends and blanks. */
export function sourceForm(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed().normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}

/**
 * The form in which a post of ours is found again. Databases without four-byte characters keep `?` in their place, so neither
 * counts; nor does what `harmless` puts in.
 */
export function postedForm(text: string): string {
  return sourceForm(text).replaceAll(/[?\ufffd\u{10000}-\u{10ffff}]|\u200b|\u200d|\ufe0f/gu, '');
}

/**
 * A text that ServiceNow's journals show as text. They take what stands in `[code]` for HTML, by default with its scripts
 * (sc-allow-embedded-html-code): a customer's comment must not become a page of an agent's browser. The tag stays readable.
 */
export function harmless(text: string): string {
  return text.replaceAll('\u0000', '').replaceAll(/\[(\/?code)/gi, '[\u200b$1');
}

/** The pattern with its author, time and system. What people wrote is never looked for patterns. */
export function filled(pattern: string, byline: Byline, rules: CommentRules): string {
  const values: Readonly<Record<string, string>> = {
    author: byline.author?.replaceAll(/\s+/g, ' ').trim() || `someone in ${systems[byline.side]}`,
    time: timeIn(byline.at, rules.timeZone),
    system: systems[byline.side],
  };
  return pattern.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The texts to post for one text: head above it, in as many parts as the side needs, each with its number. */
export function postsOf(head: string, text: string, limit: TextLimit): readonly string[] {
  const body = text.replaceAll('\u0000', '').toWellFormed();
  const whole = joined(head, body);
  if (sizeOf(whole, limit.unit) <= limit.most) return [whole];
  const short = shortened(head, limit);
  for (let digits = 1; ; digits += 1) {
    const widest = '9'.repeat(digits);
    const room = limit.most - sizeOf(`${numbered(short, widest, widest)}\n`, limit.unit);
    const parts = pieces(body, { ...limit, most: Math.max(room, 4) });
    if (String(parts.length).length <= digits)
      return parts.map((part, index) => joined(numbered(short, String(index + 1), String(parts.length)), part));
  }
}

function joined(head: string, body: string): string {
  if (body === '') return head;
  return head === '' ? body : `${head}\n${body}`;
}

function numbered(head: string, part: string, parts: string): string {
  return head === '' ? `[${part}/${parts}]` : `${head} [${part}/${parts}]`;
}

/** A head so long that it would leave no room for the text. */
function shortened(head: string, limit: TextLimit): string {
  const most = Math.floor(limit.most / 2);
  return sizeOf(head, limit.unit) <= most ? head : (pieces(head, { ...limit, most })[0] ?? '').trim();
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-02 14:05 UTC`. */
function timeIn(at: string, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${part('timeZoneName')}`;
}
