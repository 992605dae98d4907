import { convert } from 'html-to-text';

/** Far more than a Case's e-mail holds (131,072); the rest of anything longer is left out. */
const longest = 1 << 20;

/** A rich text as plain text: its links in brackets, its pictures left out. Plain text comes back as it is. */
export function htmlText(html: string): string {
  if (!/<[a-z!/]/i.test(html) && !/&(#\d+|[a-z]+);/i.test(html)) return html;
  return convert(html.slice(0, longest), {
    wordwrap: false,
    // Deep or endless markup is somebody's idea of a joke.
    limits: { maxDepth: 100 },
    selectors: [{ selector: 'img', format: 'skip' }],
  });
}
