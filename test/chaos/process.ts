import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A message that answers the question with this number. */
interface Answer {
  readonly kind: string;
  readonly ask?: number;
}

/** A process of ours that answers questions over its channel. */
export interface Talking<From extends Answer> {
  readonly pid: number;
  readonly ended: Promise<void>;
  alive(): boolean;
  /** By `kill -9`, its own or another's. */
  killed(): boolean;
  /** Rejects when the process ends first. */
  ask(message: { readonly kind: string } & Record<string, unknown>): Promise<From>;
  signal(name: NodeJS.Signals): void;
}

let asked = 0;

/** What was compiled once is read from here, as every npm script does: a third of the time a start takes. */
const compiled = join(import.meta.dirname, '../../node_modules/.cache/casebridge');

/** Starts one of the programs beside this file; resolves when it says `started`. Rejects with its last words if it ends before. */
export async function startProgram<From extends Answer>(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onTold: (message: From) => void,
): Promise<Talking<From>> {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = fork(join(import.meta.dirname, 'programs', `${name}.ts`), [...args], {
    env: { PATH, HOME, NODE_COMPILE_CACHE: compiled, ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  child.stderr?.on('data', (text: Buffer) => {
    words = (words + text.toString()).slice(-4000);
  });
  const waiting = new Map<number, { done(message: From): void; fail(error: Error): void }>();
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      over = true;
      for (const one of waiting.values()) one.fail(new Error(`${name} ended`));
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: From) => {
      if (message.kind === 'started') resolve();
      const one = message.ask === undefined ? undefined : waiting.get(message.ask);
      if (message.ask !== undefined && one !== undefined) {
        waiting.delete(message.ask);
        one.done(message);
      } else onTold(message);
    });
    child.once('error', reject);
    void ended.then(() => reject(new Error(`${name} ended before it had started: ${words}`)));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    alive: () => !over,
    killed: () => child.signalCode === 'SIGKILL',
    ask: (message) =>
      new Promise((done, fail) => {
        if (over) return fail(new Error(`${name} has ended: ${words}`));
        asked += 1;
        waiting.set(asked, { done, fail });
        child.send({ ...message, ask: asked }, (error) => {
          if (error !== null) fail(error);
        });
      }),
    signal: (signal) => void child.kill(signal),
  };
}
