const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The three characters that make a 15-character id safe where letter case is lost: which letters of each five are upper case. */
function suffixOf(id15: string): string {
  return suffixOfFive(id15, 0) + suffixOfFive(id15, 5) + suffixOfFive(id15, 10);
}

function suffixOfFive(id15: string, start: number): string {
  let bits = 0;
  for (let i = 0; i < 5; i += 1) {
    const letter = id15.charCodeAt(start + i);
    if (letter >= upperA && letter <= upperZ) bits |= 1 << i;
  }
  return suffixAlphabet.charAt(bits);
}

const [upperA, upperZ] = [65, 90];

/**
 * Takes a Salesforce id of 15 or 18 characters and returns the 18-character form; null for anything else, a wrong checksum
 * included. Error messages embed the short form (rec: write-duplicate-value-external-id), so both turn up.
 */
export function normaliseId(text: string): string | null {
  if (!/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(text)) return null;
  const id15 = text.slice(0, 15);
  const suffix = suffixOf(id15);
  if (text.length === 15) return id15 + suffix;
  if (text.endsWith(suffix)) return text;
  return text.slice(15).toUpperCase() === suffix ? id15 + suffix : null;
}

/** A ServiceNow `sys_id` as our stamp carries it: 32 lower-case hex digits; null for anything else. */
export function normaliseStamp(text: string): string | null {
  return /^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : null;
}
