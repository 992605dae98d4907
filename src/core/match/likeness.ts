const words = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * How alike two titles are, 0 to 1: twice the words they share over all they have (Sørensen and Dice), whatever their order, letter
 * case and punctuation. Words count as often as they stand there.
 */
export function likeness(a: string, b: string): number {
  const left = wordsOf(a);
  const right = wordsOf(b);
  const total = left.length + right.length;
  if (total === 0) return 0;
  const unmatched = new Map<string, number>();
  for (const word of left) unmatched.set(word, (unmatched.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of right) {
    const rest = unmatched.get(word) ?? 0;
    if (rest === 0) continue;
    unmatched.set(word, rest - 1);
    shared += 1;
  }
  return (2 * shared) / total;
}

/** Longer titles than any desk takes are not read to their end. */
const longest = 1000;

function wordsOf(text: string): readonly string[] {
  const normal = text.slice(0, longest).normalize('NFKC').toLowerCase();
  return [...words.segment(normal)].flatMap(({ segment, isWordLike }) => (isWordLike === true ? [segment] : []));
}
