/** What a field of a row can hold, as the REST API shows it. */
export type Value = string | number | boolean | null;

export type Values = Record<string, Value>;

/**
 * A dateTime as the API writes it: whole seconds, UTC, no colon in the offset (recording `query-case-page` and 12,753 other
 * captured values). Milliseconds are dropped, as the real fields drop them.
 */
export function dateTime(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, -1)}+0000`;
}

/** Milliseconds since the epoch of a dateTime in any ISO 8601 form, truncated to the second; NaN if it is none. */
export function parseDateTime(text: string): number {
  const iso = text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(iso)) return Number.NaN;
  return Math.floor(Date.parse(iso) / 1000) * 1000;
}

/** True for a plain JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Plain text of a JSON value from outside; empty for what is no text, number or boolean. */
export function asText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}

/** How error messages show a value they echo (recording `write-400-restricted-picklist`: an apostrophe becomes `&#39;`). */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
