/** True where a rendered journal holds this text as an entry or part of one; white space is the renderer's own. */
export function saysIn(journal: string, text: string): boolean {
  return squeezed(journal).includes(squeezed(text));
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
