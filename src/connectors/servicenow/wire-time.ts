/** A time of a day that every month has, which reads as it is written: most of them, and a call of Date each is dear. */
const plainTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

/** `2026-01-31 23:59:59`, UTC whatever the user's zone, as long as display values are not asked for → ISO 8601; null if it is not one. */
export function fromWireTime(text: string): string | null {
  if (plainTime.test(text)) return `${text.slice(0, 10)}T${text.slice(11)}.000Z`;
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null;
  const ms = Date.parse(`${text.replace(' ', 'T')}.000Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** ISO 8601 → the UTC literal of an encoded query; parts of a second are cut off, since the column has none. */
export function toWireTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}
