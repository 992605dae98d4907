/** Whoever asks while an answer is on its way gets the same one: asking often costs the database nothing. A failure is a no. */
export function createReadiness(ask: () => Promise<boolean>): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= ask()
      .catch(() => false)
      .finally(() => {
        asked = null;
      });
    return asked;
  };
}
