import type { Invariant } from '../simulation/violation.ts';

/** A known bug, as an edit of our own source that exists only while a hunt runs. */
export interface Mutant {
  readonly id: string;
  readonly what: string;
  /** Each text must stand in its file; once where `all` is not set. */
  readonly edits: readonly { readonly file: string; readonly find: string; readonly put: string }[];
  readonly hunt: Hunt;
}

export type Hunt =
  /** Generated lives, seed by seed, until a promise is broken; `promise`: until this one is. */
  | { readonly kind: 'lives'; readonly most: number; readonly promise?: Invariant }
  /** Tests that hold the clients, the store or the security controls; `by` names what they stand for. */
  | { readonly kind: 'tests'; readonly files: readonly string[]; readonly by: string };

/** The source of `file` with the mutant's edits; null where it has none. Throws where an edit finds nothing to change. */
export function mutated(mutant: Mutant, file: string, source: string): string | null {
  const edits = mutant.edits.filter((edit) => file.endsWith(`/${edit.file}`));
  if (edits.length === 0) return null;
  return edits.reduce((text, edit) => {
    const parts = text.split(edit.find);
    if (parts.length !== 2) throw new Error(`${mutant.id}: ${edit.file} holds ${parts.length - 1} times: ${edit.find}`);
    return parts.join(edit.put);
  }, source);
}
