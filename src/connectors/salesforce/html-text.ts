import { convert } from 'html-to-text';

/** A rich text as plain text: its links in brackets, its pictures left out. Plain text comes back as it is. */
export function htmlText(html: string): string {
  if (!/<[a-z!/]/i.test(html) && !/&(#\d+|[a-z]+);/i.test(html)) return html;
  return convert(html, {
    wordwrap: false,
    // Deep or endless markup is somebody's idea of a joke.
    limits: { maxDepth: 100, maxInputLength: 1 << 20 },
    selectors: [{ selector: 'img', format: 'skip' }],
  });
}
