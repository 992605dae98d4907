import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from './script.ts';

interface Kept<S> {
  readonly name: string;
  readonly script: S;
}

/** Scripts that failed once, shortened; the file's name says what went wrong. */
export function regressions(): readonly Kept<Script>[] {
  return scriptsIn(join(import.meta.dirname, 'regressions'));
}

/** What is kept in a folder of scripts, by name. */
export function scriptsIn<S>(folder: string): readonly Kept<S>[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -'.json'.length).replaceAll('-', ' '),
      script: JSON.parse(readFileSync(join(folder, file), 'utf8')) as S,
    }));
}
