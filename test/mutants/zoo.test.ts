import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mutated } from './mutant.ts';
import { zoo } from './zoo.ts';

it.each(zoo.map((mutant) => [mutant.id, mutant] as const))('%s still has its place in the sources', (_id, mutant) => {
  for (const { file } of mutant.edits) {
    const path = join(import.meta.dirname, '../..', file);
    const source = readFileSync(path, 'utf8');
    expect(mutated(mutant, path, source)).not.toBe(source);
  }
});

it('names each bug once', () => {
  expect(new Set(zoo.map(({ id }) => id)).size).toBe(zoo.length);
});
