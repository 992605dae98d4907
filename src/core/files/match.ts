import type { ChildRow, FileInfo } from '../children.ts';
import { safeName } from './names.ts';
import { type FileLedger, nameAcross, numberIn } from './steps.ts';

/** Files across that nothing accounts for yet, each to be used once. */
export class Unclaimed {
  #files: readonly FileInfo[];

  constructor(files: readonly FileInfo[], ledger: FileLedger) {
    this.#files = files.filter((file) => !ledger.knows(file));
  }

  /** Those that look like the row's file, by name and size; they stay unclaimed. */
  looksOf(row: ChildRow): readonly FileInfo[] {
    return this.#files.filter((file) => file.size === numberIn(row, 'size') && safeName(file.name) === nameAcross(row));
  }

  /** What an earlier sending of this row may have left: its name, its size, and its content where both are known. */
  arrivalOf(row: ChildRow): FileInfo | null {
    const fits = (file: FileInfo): boolean =>
      file.size === numberIn(row, 'size') &&
      safeName(file.name) === nameAcross(row) &&
      (file.hash === null || row.hash === '' || file.hash === row.hash);
    // A person may have added the same meanwhile. Where the desk does not tell who we are, nobody's is ours.
    return this.#take((file) => file.own && fits(file)) ?? this.#take(fits);
  }

  /** A file with the same content, by hash. */
  sameAs(file: FileInfo): FileInfo | null {
    return file.hash === null ? null : this.#take((other) => other.hash === file.hash && other.size === file.size);
  }

  /** A file that may be the same: one of the two contents is not known. */
  alike(file: FileInfo): FileInfo | null {
    const name = safeName(file.name);
    return this.#take(
      (other) =>
        other.state === 'ready' &&
        other.size === file.size &&
        safeName(other.name) === name &&
        (other.hash === null || file.hash === null),
    );
  }

  /** True if nobody had claimed it; it is the caller's from now on. */
  claim(file: FileInfo): boolean {
    return this.#take((other) => other === file) !== null;
  }

  #take(fits: (file: FileInfo) => boolean): FileInfo | null {
    const found = this.#files.find(fits) ?? null;
    if (found !== null) this.#files = this.#files.filter((file) => file !== found);
    return found;
  }
}
