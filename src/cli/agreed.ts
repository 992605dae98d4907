import { openPrompt } from './commands/init/prompt.ts';
import type { Session } from './session.ts';

/** Asks a person. Nobody at a terminal is no consent; `nothing` says what has not been done. */
export async function agreed({ world, out }: Session, question: string, nothing: string): Promise<boolean> {
  if (!world.terminal || out.json) {
    out.note(`${nothing}; --yes does it.`);
    return false;
  }
  const { signal } = world.interrupt;
  const abort = new AbortController();
  const prompt = openPrompt({
    input: world.stdin,
    output: world.stderr,
    terminal: true,
    signal: AbortSignal.any([signal, abort.signal]),
    onInterrupt: () => abort.abort(new DOMException('interrupted', 'AbortError')),
  });
  try {
    const yes = /^y(es)?$/i.test(await prompt.ask(`${question} (yes/no)`));
    if (!yes) out.note(`${nothing}.`);
    return yes;
  } finally {
    prompt.close();
  }
}
