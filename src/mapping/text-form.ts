/** Marks a text that was cut to fit. */
export const ellipsis = '…';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The form in which two texts are compared and in which text is written: line ends are LF, blanks at the ends of lines and of
 * the text are gone (Salesforce trims, ServiceNow does not), NFC, without NUL and with lone surrogates replaced, since neither
 * JSON nor a database carries them. Markup and direction marks are text like any other.
 */
export function normalText(text: string): string {
  return isNormal(text) ? text : normalise(text);
}

/** What makes a text worth a closer look: anything but ASCII, a carriage return, a blank before a line end. */
// oxlint-disable-next-line no-control-regex -- these are the characters in question
const uncommon = /[\u0000\r\u0080-\uffff]|[\t\v\f ]\n/;
const blank = /^\s|\s$/;

/** True for nearly every text there is: the four passes of the long way are a good part of what a ticket costs. */
function isNormal(text: string): boolean {
  return !uncommon.test(text) && !blank.test(text.charAt(0)) && !blank.test(text.charAt(text.length - 1));
}

function normalise(text: string): string {
  const lines = text
    .replaceAll('\u0000', '')
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .normalize('NFC');
  return lines
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/**
 * Length as both sides count at most. Salesforce counts UTF-16 units (help article 005166849: a surrogate pair is two);
 * ServiceNow leaves it to its database, which counts characters (KB0685779), and a text never has more of those than units.
 */
export function textLength(text: string): number {
  return text.length;
}

/** The text if it fits, else its beginning and `…`, within `limit`. Never splits a grapheme. */
export function fitText(text: string, limit: number): string {
  if (textLength(text) <= limit) return text;
  const end = limit - textLength(ellipsis);
  return text.slice(0, graphemeStart(text, end)).trimEnd() + ellipsis;
}

/** Where the grapheme begins that the unit at `index` belongs to. */
function graphemeStart(text: string, index: number): number {
  return graphemes.segment(text).containing(index)?.index ?? index;
}
