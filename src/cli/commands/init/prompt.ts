import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';
import { UsageError } from '../../usage-error.ts';
import type { World } from '../../world.ts';

/** Asks a person, or whoever writes into standard input, a line at a time. */
export interface Prompt {
  /** `hidden`: what is typed is not shown. Rejects with UsageError when the input ends, or with the signal's reason. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  close(): void;
}

export interface PromptOptions {
  readonly input: Readable;
  /** Standard error: standard output is for results. */
  readonly output: Writable;
  /** True if a person types: what is typed is then shown by us, or not. */
  readonly terminal: boolean;
  readonly signal: AbortSignal;
  /** Ctrl-C, which a terminal that is read key by key does not turn into a signal. */
  readonly onInterrupt: () => void;
  /** What is said when the input ends before the answer came. */
  readonly ended?: string;
}

export function openPrompt({ input, output, terminal, signal, onInterrupt, ended }: PromptOptions): Prompt {
  let hidden = false;
  const screen = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!hidden) output.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input, output: screen, terminal, signal });
  reader.on('SIGINT', onInterrupt);
  // Lines that come before they are asked for, as from a pipe, wait in the iterator.
  const lines = reader[Symbol.asyncIterator]();
  return {
    ask: async (question, options = {}) => {
      output.write(`${question}: `);
      hidden = options.hidden === true;
      const { value, done } = await lines.next().finally(() => {
        hidden = false;
      });
      if (options.hidden === true || !terminal) output.write('\n');
      signal.throwIfAborted();
      if (done === true) {
        throw new UsageError(
          ended ?? 'The input ended before every question was answered; "casebridge init --help" has a flag for each.',
        );
      }
      return value.trim();
    },
    close: () => reader.close(),
  };
}

/** The person, or the pipe, at this command's standard input. */
export function promptFor(world: World, ended?: string): Prompt {
  return openPrompt({
    ...(ended === undefined ? {} : { ended }),
    input: world.stdin,
    output: world.stderr,
    terminal: world.terminal && 'isTTY' in world.stdin && world.stdin.isTTY === true,
    signal: world.interrupt.signal,
    onInterrupt: () => process.kill(process.pid, 'SIGINT'),
  });
}
