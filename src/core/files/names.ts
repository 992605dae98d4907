/** Names that Windows keeps for devices, whatever their extension: such a file cannot be saved there. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** What both systems take: ServiceNow keeps 100 characters by default and more where its column is widened, Salesforce titles hold 255. */
const longest = 255;

/** An extension worth keeping when a name is cut. */
const longestExtension = 20;

/**
 * A name that can do no harm on any desk or in any download folder: no path, no control or invisible direction characters, no device,
 * no dot or blank at its end, at most 255 characters with its extension kept. The same name in gives the same name out.
 */
export function safeName(name: string): string {
  const last =
    name
      .toWellFormed()
      .split(/[\\/]/)
      .findLast((part) => part.replaceAll('.', '').trim() !== '') ?? '';
  const clean = last
    // Control characters, NUL among them, and those that turn the direction of text around (`exe.txt` shown for `txt.exe`).
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .trim()
    .replace(/[. ]+$/, '');
  if (clean === '') return 'file';
  return cut(reserved.test(clean) ? `_${clean}` : clean);
}

/** Counted in UTF-16 units, as both vendors count; never through the middle of a character. */
function cut(name: string): string {
  if (name.length <= longest) return name;
  const extension = extensionOf(name);
  const tail = extension !== null && extension.length <= longestExtension ? `.${extension}` : '';
  const room = longest - tail.length;
  const ends = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(name)].map(({ index }) => index);
  const end = ends.findLast((index) => index <= room) ?? room;
  return `${name.slice(0, end === 0 ? room : end)}${tail}`.toWellFormed();
}

/** What stands behind the last dot, in lower case; null for a name without. */
export function extensionOf(name: string): string | null {
  const at = name.lastIndexOf('.');
  return at <= 0 || at === name.length - 1 ? null : name.slice(at + 1).toLowerCase();
}
