import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment over the lines of a `.env` file; a file that is not there counts as empty. */
export function readEnvironment(envFile: string, env: Environment = process.env): Environment {
  return { ...parseEnv(readIfThere(envFile)), ...env };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
