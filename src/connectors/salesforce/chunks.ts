/** Rows one statement names: the smallest page Salesforce makes, so that one answer holds them all. */
export const namedPerQuery = 200;

export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}
