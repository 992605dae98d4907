const suffixDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The three characters that make a 15-character id safe for stores that ignore case: a bit per upper-case letter, in fives. */
export function checkCharacters(id15: string): string {
  let suffix = '';
  for (let start = 0; start < 15; start += 5) {
    let bits = 0;
    for (let index = 0; index < 5; index += 1) {
      if (/[A-Z]/.test(id15.charAt(start + index))) bits |= 1 << index;
    }
    suffix += suffixDigits.charAt(bits);
  }
  return suffix;
}

/** The 18-character id number `serial` of an object with this key prefix. */
export function mintId(prefix: string, serial: number): string {
  let digits = '';
  for (let rest = serial; digits.length < 9; rest = Math.floor(rest / 62)) digits = base62.charAt(rest % 62) + digits;
  const id15 = `${prefix}SB0${digits}`;
  return id15 + checkCharacters(id15);
}

/** The 18-character form of a 15- or 18-character id, its letters' case restored from the check characters; null if it is no id. */
export function id18(text: string): string | null {
  if (/^[0-9A-Za-z]{15}$/.test(text)) return text + checkCharacters(text);
  if (!/^[0-9A-Za-z]{18}$/.test(text)) return null;
  let id15 = '';
  for (let index = 0; index < 15; index += 1) {
    const bits = suffixDigits.indexOf(text.charAt(15 + Math.floor(index / 5)).toUpperCase());
    if (bits < 0) return null;
    const character = text.charAt(index);
    id15 += bits & (1 << (index % 5)) ? character.toUpperCase() : character.toLowerCase();
  }
  const suffix = checkCharacters(id15);
  return suffix === text.slice(15).toUpperCase() ? id15 + suffix : null;
}

/** Error messages name records by the 15-character form (recording `write-duplicate-value-external-id`). */
export function id15(id: string): string {
  return id.slice(0, 15);
}
