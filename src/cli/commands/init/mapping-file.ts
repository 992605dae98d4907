import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { exampleMapping, type Kind } from './kinds.ts';

export interface Choices {
  /** ISO 8601, or `all`. */
  readonly from: string;
  readonly resolve: { readonly closeCode: string; readonly closeNotes: string } | null;
  /** A ready-made mapping in place of the usual one. */
  readonly kind?: Kind;
}

/** `written`: a new file. `filled-in`: its commented lines. `kept`: it has lines of its own, which are a person's. */
export type Written = 'written' | 'filled-in' | 'kept';

const syncPlace = /^( *)\/\/ sync: \{.*$/m;
const resolvePlace = /^( *)\/\/ resolve: \{.*$/m;

/** Writes the choices into the mapping file; what a person has written there stays. */
export async function writeMapping(file: string, choices: Choices): Promise<Written> {
  const { kind = 'incident-case', from } = choices;
  const example = kind === 'incident-case' ? null : await exampleMapping(kind, mappingFolder(file), syncLine(from));
  if (!existsSync(file)) {
    await writeFile(file, example ?? newMapping(file, choices), { flag: 'wx' });
    return 'written';
  }
  const text = await readFile(file, 'utf8');
  if (example !== null) {
    // The mapping that comes along, as long as nobody has touched its two lines.
    if (!syncPlace.test(text) || !resolvePlace.test(text)) return 'kept';
    await writeFile(file, example);
    return 'written';
  }
  const filled = fillIn(text, choices);
  if (filled === null) return 'kept';
  await writeFile(file, filled);
  return 'filled-in';
}

/** The text with its two commented lines made real; null where one of them is not there to be filled in. */
export function fillIn(text: string, { from, resolve }: Choices): string | null {
  if (!syncPlace.test(text) || (resolve !== null && !resolvePlace.test(text))) return null;
  const dated = text.replace(syncPlace, (_line, indent: string) => `${indent}${syncLine(from)}`);
  if (resolve === null) return dated;
  return dated.replace(resolvePlace, (_line, indent: string) => `${indent}${resolveLine(resolve)}`);
}

/** How a mapping file imports from ours. */
function mappingFolder(file: string): string {
  const mapping = relative(dirname(file), join(import.meta.dirname, '../../../mapping'))
    .split(sep)
    .join('/');
  return mapping.startsWith('.') ? mapping : `./${mapping}`;
}

function newMapping(file: string, { from, resolve }: Choices): string {
  const folder = mappingFolder(file);
  return [
    '// Which tickets Casebridge keeps in step, and how: docs/mapping.md.',
    `import { defaultPair } from '${folder}/default-config.ts';`,
    `import { defineConfig } from '${folder}/define-config.ts';`,
    '',
    'export default defineConfig({',
    '  pairs: [',
    '    {',
    '      ...defaultPair,',
    `      ${syncLine(from)}`,
    ...(resolve === null ? [] : [`      ${resolveLine(resolve)}`]),
    '    },',
    '  ],',
    '});',
    '',
  ].join('\n');
}

function syncLine(from: string): string {
  return `sync: { from: ${text(from)} },`;
}

function resolveLine({ closeCode, closeNotes }: NonNullable<Choices['resolve']>): string {
  return `resolve: { closeCode: ${text(closeCode)}, closeNotes: ${text(closeNotes)} },`;
}

/** As the formatter would write it. */
function text(value: string): string {
  const json = JSON.stringify(value);
  return /['\\]/.test(value) || json.includes('\\') ? json : `'${value}'`;
}
