import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Side } from '../../../src/core/side.ts';

/** The first message of a desk's process. */
export interface Hello {
  readonly side: Side;
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A desk in another process, which takes any `Ask` and gives the answer that `Answers` has under the word in `do`. */
export interface DeskProcess<Ask extends Question, Answers extends Record<Ask['do'], unknown>> extends Hello {
  readonly pid: number;
  ask<K extends Ask['do']>(ask: Extract<Ask, { do: K }>): Promise<Answers[K]>;
  stop(): Promise<void>;
}

interface Question {
  readonly do: string;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Starts `script`, which ends in `answerParent`, with the side as its first argument. */
export async function startDesk<Ask extends Question, Answers extends Record<Ask['do'], unknown>>(
  script: string,
  side: Side,
  args: readonly string[] = [],
): Promise<DeskProcess<Ask, Answers>> {
  const child = fork(script, [side, ...args], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const exited = once(child, 'exit');
  const [hello] = (await once(child, 'message')) as [Hello];
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 0;
  child.on('message', ({ id, value, error }: Reply) => {
    if (error === undefined) open.get(id)?.resolve(value);
    else open.get(id)?.reject(new Error(`${side}: ${error}`));
    open.delete(id);
  });
  child.on('exit', (code) => {
    for (const each of open.values()) each.reject(new Error(`the ${side} desk ended with ${code}`));
  });
  return {
    ...hello,
    pid: child.pid ?? 0,
    ask: <K extends Ask['do']>(ask: Extract<Ask, { do: K }>) => {
      const answer = Promise.withResolvers<unknown>();
      open.set(next, answer);
      child.send({ id: next, ask });
      next += 1;
      return answer.promise as Promise<Answers[K]>;
    },
    stop: async () => {
      if (child.connected) child.send({ id: -1, ask: { do: 'stop' } });
      await exited;
    },
  };
}
