const key = 'casebridge-keys';

/** Single keys can be switched off, for people whose software types for them. */
export function keysOn(): boolean {
  return localStorage.getItem(key) !== 'off';
}

export function switchKeys(on: boolean): void {
  localStorage.setItem(key, on ? 'on' : 'off');
}

/** `/` goes to the search, `j` and `k` along the rows, `?` to the help. Enter opens a row by itself, as it is a link. */
export function listenForKeys(help: () => void): () => void {
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn() || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (event.key === '?') help();
    else if (event.key === '/') toSearch();
    else if (event.key === 'j' || event.key === 'k') alongRows(event.key === 'j' ? 1 : -1);
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', listen);
  return () => removeEventListener('keydown', listen);
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function toSearch(): void {
  const here = document.querySelector<HTMLInputElement>('[data-search]');
  if (here === null) location.hash = '#/links?focus=search';
  else here.focus();
}

/** The next row's own link or button gets the focus; the browser scrolls it into view. */
function alongRows(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at === -1 ? firstSeen(rows) : rows[at + step];
  (next?.querySelector<HTMLElement>('[data-open]') ?? next)?.focus();
}

function firstSeen(rows: readonly HTMLElement[]): HTMLElement | undefined {
  return rows.find((row) => row.getBoundingClientRect().top >= 0) ?? rows[0];
}
