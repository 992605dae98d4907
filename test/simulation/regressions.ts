import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from './script.ts';

const folder = join(import.meta.dirname, 'regressions');

/** Scripts that failed once, shortened; the file's name says what went wrong. */
export function regressions(): readonly { readonly name: string; readonly script: Script }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -'.json'.length).replaceAll('-', ' '),
      script: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Script,
    }));
}
