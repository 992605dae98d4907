import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bothSides, type Side } from '../../../src/core/side.ts';
import type { Answers, Ask } from './messages.ts';

export interface DeskProcess {
  readonly pid: number;
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  ask<K extends Ask['do']>(ask: Extract<Ask, { do: K }>): Promise<Answers[K]>;
  stop(): Promise<void>;
}

export type Desks = Readonly<Record<Side, DeskProcess>>;

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Both desks, each in a process of its own; every answer takes `latencyMs` more. */
export async function startDesks(latencyMs: number): Promise<Desks> {
  const starting = bothSides((side) => startDesk(side, latencyMs));
  const [servicenow, salesforce] = await Promise.all([starting.servicenow, starting.salesforce]);
  return { servicenow, salesforce };
}

async function startDesk(side: Side, latencyMs: number): Promise<DeskProcess> {
  const child = fork(join(import.meta.dirname, 'desk-process.ts'), [side, String(latencyMs)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const exited = once(child, 'exit');
  const [hello] = (await once(child, 'message')) as [Pick<DeskProcess, 'url' | 'clientId' | 'clientSecret'>];
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
