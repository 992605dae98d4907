import { createHash } from 'node:crypto';
import { visible } from '../../observability/words.ts';

/** A report: a few figures and one table. Every text in it is a ticket's or the desk's own, and may say anything. */
export interface Report {
  readonly title: string;
  /** ISO 8601. */
  readonly at: string;
  readonly figures: readonly { readonly name: string; readonly value: string }[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Where there are no rows. */
  readonly nothing: string;
}

/**
 * One HTML page that stands alone: no address in it is fetched, and its policy forbids all but its own style and script, by their
 * hashes. It reads in light and dark, on paper, and without the script, which only sorts.
 */
export function htmlReport(report: Report): string {
  const { title, at, figures, columns, rows, nothing } = report;
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const heads = columns.map(
    (name) => `<th scope="col" aria-sort="none"><button type="button">${escaped(name)}</button></th>`,
  );
  const cells = (row: readonly string[]): string => row.map((text) => `<td>${escaped(asText(text))}</td>`).join('');
  const table =
    rows.length === 0
      ? `<p class="nothing">${escaped(nothing)}</p>`
      : `<div class="wide"><table><thead><tr>${heads.join('')}</tr></thead>\n<tbody>\n${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}\n</tbody></table></div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p><time datetime="${escaped(at)}">${escaped(at.slice(0, 16).replace('T', ' '))} UTC</time></p>
<dl>${figures.map(({ name, value }) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
${table}
</main>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML shows it; what would move the reading direction or the cursor is written out. */
function escaped(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Copied into a spreadsheet, what begins like a formula stays a text (OWASP, CSV injection; full-width forms count, too). */
function asText(text: string): string {
  return /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
}

const style = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6675; --line: #d5dae1; --paper: #fff; --head: #f3f5f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa5b4; --line: #333c48; --paper: #14181d; --head: #1d232b; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 90rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0; }
time, dt { color: var(--soft); }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; }
dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
th { position: sticky; top: 0; background: var(--head); padding: 0; }
th button { all: unset; display: block; width: 100%; box-sizing: border-box; padding: .4rem .6rem; font-weight: 600; cursor: pointer; }
th button:focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
td { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; min-width: 6rem; }
@media print { th { position: static; } main { padding: 0; } }
`;

const script = `
'use strict';
const body = document.querySelector('tbody');
const heads = [...document.querySelectorAll('th')];
const order = new Intl.Collator('en', { numeric: true });
heads.forEach((head, column) => {
  head.querySelector('button').addEventListener('click', () => {
    const up = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of heads) other.setAttribute('aria-sort', 'none');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const rows = [...body.rows].sort((a, b) => order.compare(a.cells[column].textContent, b.cells[column].textContent));
    body.append(...(up ? rows : rows.reverse()));
  });
});
`;
