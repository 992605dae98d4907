import { diffWordsWithSpace } from 'diff';

interface TextDiffProps {
  readonly from: string;
  readonly to: string;
}

/** Beyond this the comparison could hold up the page; both texts are shown whole instead. */
const longestMs = 150;

/** What was taken out and what was put in, word by word. Insertions and deletions are elements of their own, not only colours. */
export function TextDiff({ from, to }: TextDiffProps) {
  const parts = diffWordsWithSpace(from, to, { timeout: longestMs });
  if (parts === undefined) return <p class="soft">Too different to compare word by word.</p>;
  return (
    <p class="value diff">
      {parts.map((part, at) =>
        part.added ? (
          <ins key={at}>{part.value}</ins>
        ) : part.removed ? (
          <del key={at}>{part.value}</del>
        ) : (
          <span key={at}>{part.value}</span>
        ),
      )}
    </p>
  );
}

/** True where a comparison word by word says more than the two values beside each other. */
export function isProse(...texts: readonly string[]): boolean {
  return texts.some((text) => text.length > 30 || text.includes('\n')) && texts.every((text) => text !== '');
}
