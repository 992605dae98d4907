import base from '../../vitest.config.ts';
import { mutated } from './mutant.ts';
import { zoo } from './zoo.ts';

const mutant = zoo.find(({ id }) => id === process.env['MUTANT']);
if (mutant === undefined) throw new Error(`no mutant ${process.env['MUTANT'] ?? ''}`);

/** The tests as they are, over sources with the bug in them. */
export default {
  ...base,
  // What was transformed without the bug must not be taken for the source with it, nor the other way round.
  test: { ...base.test, fsModuleCache: false },
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre' as const,
      transform: (source: string, file: string): string | null => mutated(mutant, file, source),
    },
  ],
};
