import { openApp } from '../../../src/app.ts';
import { processEnvironment } from '../../../src/config/environment.ts';
import { onInterrupt } from '../../../src/cli/interrupt.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { realWorld } from '../../../src/cli/world.ts';

/** Settle times that suit a desk which answers within milliseconds. */
export const quickTimes = { settle: 3000, betweenProbes: 300 };

/** The real program, apart from how long it waits until a lost answer can no longer arrive. */
if (import.meta.main) {
  const world = realWorld(processEnvironment(), onInterrupt({ npm: false }));
  await runCommandLine(process.argv.slice(2), {
    ...world,
    openApp: (options) => openApp({ ...options, times: quickTimes }),
  });
}
