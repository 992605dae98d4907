import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { nearest } from '../mapping/nearest.ts';
import type { Environment } from './environment.ts';
import { type OptionName, isSecret, optionNames, optionOf } from './options.ts';
import type { Problem } from './problems.ts';
import { checkValue } from './values.ts';

export type Values = ReadonlyMap<OptionName, string>;

export interface Reading {
  /** Settings that are set, or have a default, and are in order. */
  readonly values: Values;
  /** Settings that are set but not in order: not missing, so not reported twice. */
  readonly broken: ReadonlySet<OptionName>;
  readonly problems: readonly Problem[];
}

const ours = /^(CASEBRIDGE|SERVICENOW|SALESFORCE)_/;

/** Reads every setting that is there, from the environment or from the file that `NAME_FILE` names. */
export function readValues(env: Environment): Reading {
  const values = new Map<OptionName, string>();
  const broken = new Set<OptionName>();
  const problems = unknownNames(env);
  const refuse = (name: OptionName, where: string, what: string): void => {
    broken.add(name);
    problems.push({ where, what });
  };
  for (const name of optionNames) {
    const found = rawValue(env, name);
    if ('what' in found) {
      refuse(name, found.where, found.what);
      continue;
    }
    const text = found.text ?? optionOf(name).default;
    if (text === undefined) continue;
    const checked = checkValue(optionOf(name).kind, text);
    if ('wrong' in checked) refuse(name, found.where, checked.wrong);
    else values.set(name, checked.ok);
  }
  return { values, broken, problems };
}

type Raw = { readonly where: string; readonly text: string | undefined } | Problem;

/** An empty value counts as none, as in `.env.example`. */
function rawValue(env: Environment, name: OptionName): Raw {
  const direct = env[name] === '' ? undefined : env[name];
  const fileName = `${name}_FILE`;
  const file = isSecret(optionOf(name)) && env[fileName] !== '' ? env[fileName] : undefined;
  if (file === undefined) return { where: name, text: direct };
  if (direct !== undefined) return { where: name, what: `is set twice: here and by ${fileName}; keep one` };
  try {
    return { where: fileName, text: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    // Somebody may have written the secret itself where its file's name belongs.
    const path = isAbsolute(file) && !file.includes('\n') ? `: ${file}` : '; write its whole path';
    return { where: fileName, what: `names a file that cannot be read (${code})${path}` };
  }
}

/** A misspelt name would otherwise be a setting that silently does nothing. */
function unknownNames(env: Environment): Problem[] {
  const known = optionNames.flatMap((name): string[] => (isSecret(optionOf(name)) ? [name, `${name}_FILE`] : [name]));
  return Object.keys(env)
    .filter((name) => ours.test(name) && !known.includes(name))
    .toSorted()
    .map((name) => {
      const near = nearest(name, known);
      return {
        where: name,
        what: `is not a setting${near === null ? '; docs/settings.md has them all' : `; did you mean ${near}?`}`,
      };
    });
}
