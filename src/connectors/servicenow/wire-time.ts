/** `2026-01-31 23:59:59`, UTC whatever the user's zone, as long as display values are not asked for → ISO 8601; null if it is not one. */
export function fromWireTime(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null;
  const ms = Date.parse(`${text.replace(' ', 'T')}.000Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** ISO 8601 → the UTC literal of an encoded query; parts of a second are cut off, since the column has none. */
export function toWireTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}
