import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './world.ts';

/** The version that package.json names. */
export function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version?: unknown };
  return typeof version === 'string' ? version : 'unknown';
}
