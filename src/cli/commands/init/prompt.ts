import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';
import { UsageError } from '../../usage-error.ts';

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
}

export function openPrompt({ input, output, terminal, signal, onInterrupt }: PromptOptions): Prompt {
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
          'The input ended before every question was answered; "casebridge init --help" has a flag for each.',
        );
      }
      return value.trim();
    },
    close: () => reader.close(),
  };
}
