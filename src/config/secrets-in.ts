import { readFileSync } from 'node:fs';
import { type Environment, readEnvironment } from './environment.ts';
import { isSecret, optionNames, optionOf } from './options.ts';
import { Secret } from './secret.ts';

/**
 * Every secret that stands in an environment, in these `.env` files or in the files that `NAME_FILE` names, in order or not: what
 * is reported about broken settings must not quote them either. Never throws; a file that cannot be read holds none.
 */
export function secretsIn(env: Environment, envFiles: readonly string[]): readonly Secret[] {
  const sources = [env, ...envFiles.map(readIfReadable)];
  return sources.flatMap((source) =>
    optionNames
      .filter((name) => isSecret(optionOf(name)))
      .flatMap((name) => [source[name] ?? '', contentOf(source[`${name}_FILE`])])
      .filter((text) => text !== '')
      .map((text) => new Secret(text)),
  );
}

function readIfReadable(file: string): Environment {
  try {
    return readEnvironment(file, {});
  } catch {
    return {};
  }
}

function contentOf(file: string | undefined): string {
  if (file === undefined || file === '') return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // Whoever writes a secret where its file's name belongs has written a secret.
    return file;
  }
}
