import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { UsageError } from '../../usage-error.ts';
import type { Answers } from './questions.ts';

/** Throws UsageError where the file is there and may not be replaced. */
export function refuseToOverwrite(file: string, force: boolean): void {
  if (force || !existsSync(file)) return;
  throw new UsageError(`${file} is there already and stays as it is; --force replaces it.`);
}

/** The text of `.env`: the answers, and a key to encrypt tokens with. */
export function envText(answers: Answers, secretKey: string): string {
  const entries = [...answers, ['CASEBRIDGE_SECRET_KEY', secretKey] as const];
  return [
    '# Written by "casebridge init". Every setting there is: .env.example and docs/settings.md.',
    '# CASEBRIDGE_SECRET_KEY encrypts stored tokens; keep a copy of it.',
    ...entries.map(([name, value]) => `${name}=${quoted(name, value)}`),
    '',
  ].join('\n');
}

/** Readable by its owner alone from the first byte on, and never half written. Rejects where it came to be meanwhile. */
export async function writeEnv(file: string, text: string, force: boolean): Promise<void> {
  if (!force) return writeFile(file, text, { mode: 0o600, flag: 'wx' });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The first way to write a value that is read back as it was. */
function quoted(name: string, value: string): string {
  const ways = [value, `'${value}'`, `"${value}"`, `\`${value}\``];
  const way = ways.find((text) => parseEnv(`${name}=${text}\nNEXT=1`)[name] === value);
  if (way !== undefined) return way;
  throw new UsageError(
    `The value of ${name} cannot be written into .env; put it into a file and name that in ${name}_FILE.`,
  );
}
