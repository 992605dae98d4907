import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Side, sides } from '../../../src/core/side.ts';
import type { Answers, Ask, Hello } from './messages.ts';

/** A desk in another process. */
export interface DeskProcess extends Hello {
  readonly pid: number;
  ask<K extends Ask['do']>(ask: Extract<Ask, { do: K }>): Promise<Answers[K]>;
  stop(): Promise<void>;
}

export type Desks = Readonly<Record<Side, DeskProcess>>;

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

async function startDesk(side: Side): Promise<DeskProcess> {
  const child = fork(join(import.meta.dirname, 'desk-process.ts'), [side], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
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
      if (child.connected) child.send({ id: -1, ask: { do: 'stop' } satisfies Ask });
      await exited;
    },
  };
}

/** Both desks, each in a process of its own, whose calls take what `parseLatency` says of `latency`. */
export async function startDesks(latency: string): Promise<Desks> {
  const [servicenow, salesforce] = await Promise.all([startDesk('servicenow'), startDesk('salesforce')]);
  const desks = { servicenow, salesforce };
  await setLatency(desks, latency);
  return desks;
}

export async function setLatency(desks: Desks, latency: string): Promise<void> {
  await Promise.all(sides.map((side) => desks[side].ask({ do: 'latency', is: latency })));
}

export async function stopDesks(desks: Desks): Promise<void> {
  await Promise.all(sides.map((side) => desks[side].stop()));
}
