/**
 * Asks again until `look` no longer throws or returns false, and gives back what it returned. Patience, not a deadline for the
 * code under test: the test's own time-out is far longer.
 */
export async function eventually<T>(look: () => T | Promise<T>, patienceMs = 25_000): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      const result = await look();
      if (result !== false) return result;
      if (Date.now() > until) throw new Error(`not yet true after ${patienceMs} ms: ${look.toString()}`);
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
