import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment over the lines of a `.env` file; a file that is not there counts as empty. */
export function readEnvironment(envFile: string, env: Environment): Environment {
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

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}

/** True under `npm run`. */
export function startedByNpm(env: Environment): boolean {
  return env['npm_lifecycle_event'] !== undefined;
}
