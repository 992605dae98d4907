import { UsageError } from './usage-error.ts';

const wrong: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of it is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'we may not',
  EPERM: 'we may not',
  EROFS: 'that file system cannot be written to',
};

/** Works on a file that a person has named; where it cannot be opened, that is what they are told. Throws UsageError. */
export async function onNamedFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
    const what = code === undefined || path?.startsWith(file) !== true ? undefined : wrong[code];
    if (what === undefined) throw error;
    throw new UsageError(`${file} cannot be opened: ${what}.`);
  }
}
