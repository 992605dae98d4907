/** Loaded before everything else by a hunt: puts the bug named in MUTANT into the sources as they are read. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutated } from './mutant.ts';
import { zoo } from './zoo.ts';

const mutant = zoo.find(({ id }) => id === process.env['MUTANT']);
if (mutant === undefined) throw new Error(`no mutant ${process.env['MUTANT'] ?? ''}`);

registerHooks({
  load: (url, context, nextLoad) => {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
    const file = fileURLToPath(url);
    const source = mutated(mutant, file, readFileSync(file, 'utf8'));
    return source === null ? nextLoad(url, context) : { format: 'module-typescript', source, shortCircuit: true };
  },
});
