/** The known name closest to `name`, or null if none is close enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: { readonly name: string; readonly steps: number } | null = null;
  const most = Math.max(2, Math.floor(name.length / 3));
  for (const candidate of known) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps <= most && (best === null || steps < best.steps)) best = { name: candidate, steps };
  }
  return best?.name ?? null;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
