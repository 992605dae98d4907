/** Splits into as few groups of at most `size` as possible, of even length: uneven ones leave a lane idle at the end. */
export function evenChunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  const length = count === 0 ? 0 : Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, at) => items.slice(at * length, (at + 1) * length)).filter(
    (chunk) => chunk.length > 0,
  );
}

/** Splits so that every group's path stays within `longest` bytes. Items must add about the same number of bytes each. */
export function chunksThatFit<T>(
  items: readonly T[],
  pathOf: (items: readonly T[]) => string,
  longest: number,
): readonly (readonly T[])[] {
  if (items.length < 2) return items.length === 0 ? [] : [items];
  const one = Buffer.byteLength(pathOf(items.slice(0, 1)));
  const each = Math.max(1, Buffer.byteLength(pathOf(items.slice(0, 2))) - one);
  return evenChunks(items, Math.max(1, 1 + Math.floor((longest - one) / each)));
}
