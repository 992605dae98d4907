const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The three characters that make a 15-character id safe where letter case is lost: which letters of each five are upper case. */
function suffixOf(id15: string): string {
  return [0, 5, 10]
    .map((start) => {
      let bits = 0;
      for (let i = 0; i < 5; i += 1) {
        if (/[A-Z]/.test(id15.charAt(start + i))) bits |= 1 << i;
      }
      return suffixAlphabet.charAt(bits);
    })
    .join('');
}

/**
 * Takes a Salesforce id of 15 or 18 characters and returns the 18-character form; null for anything else, a wrong checksum
 * included. Error messages embed the short form (rec: write-duplicate-value-external-id), so both turn up.
 */
export function normaliseId(text: string): string | null {
  if (!/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(text)) return null;
  const id15 = text.slice(0, 15);
  const suffix = suffixOf(id15);
  if (text.length === 18 && text.slice(15).toUpperCase() !== suffix) return null;
  return id15 + suffix;
}

/** A ServiceNow `sys_id` as our stamp carries it: 32 lower-case hex digits; null for anything else. */
export function normaliseStamp(text: string): string | null {
  return /^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : null;
}
