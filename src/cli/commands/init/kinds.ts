import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../../world.ts';
import { UsageError } from '../../usage-error.ts';
import type { Prompt } from './prompt.ts';

/** Ready-made mappings, by the names of their files under `examples/`. */
export const kinds = [
  'incident-case',
  'csm-case',
  'request-case',
  'problem-case',
  'change-case',
  'custom-object',
] as const;
export type Kind = (typeof kinds)[number];

/** Which tickets are to be kept in step. Throws UsageError for a kind that is not known. */
export async function chooseKind(said: string | undefined, prompt: Prompt | null): Promise<Kind> {
  if (said !== undefined || prompt === null) {
    const kind = kindOf(said ?? '');
    if (kind !== null) return kind;
    throw new UsageError(`--kind is one of ${kinds.join(', ')}, not "${said ?? ''}".`);
  }
  for (let text = `Which tickets (${kinds.join(', ')}) [incident-case]`; ;) {
    const kind = kindOf(await prompt.ask(text));
    if (kind !== null) return kind;
    text = `That is none of them. ${kinds.join(', ')} [incident-case]`;
  }
}

function kindOf(said: string): Kind | null {
  return said === '' ? 'incident-case' : (kinds.find((kind) => kind === said) ?? null);
}

/** The source text of a ready-made mapping, for a file from which `folder` leads to ours; `sync` is the line that says from when on. */
export async function exampleMapping(kind: Kind, folder: string, sync: string): Promise<string> {
  const text = await readFile(join(projectFolder, 'examples', `${kind}.config.ts`), 'utf8');
  return text
    .replaceAll("from '../src/mapping/", `from '${folder}/`)
    .replace(/^( *)(name: '[^']+',)$/m, (_, indent: string, name: string) => `${indent}${name}\n${indent}${sync}`);
}
