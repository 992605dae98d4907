import { setTimeout as delay } from 'node:timers/promises';
import type { Desk, DeskRow } from '../../../src/sandbox/sandbox.ts';
import type { DeskServer } from './desk-server.ts';
import type { Ask, Step, Watched } from './messages.ts';

const lookEveryMs = 10;

export function shown(value: string | number | boolean | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/** Looks after every answer to a write, until `look` is satisfied: watching must not take the time that is measured. */
async function lookAfterWrites(state: DeskServer, timeoutMs: number, look: () => boolean): Promise<boolean> {
  const until = Date.now() + timeoutMs;
  for (let written = -1; Date.now() < until; await delay(lookEveryMs)) {
    if (state.written === written) continue;
    written = state.written;
    if (look()) return true;
  }
  return look();
}

export async function watch(
  desk: Desk,
  state: DeskServer,
  { object, key, field, expected, timeoutMs }: Extract<Ask, { do: 'watch' }>,
): Promise<Watched> {
  const open = new Map(Object.entries(expected));
  const seenAt: Record<string, number> = {};
  const rowOf = (name: string): DeskRow | null =>
    key === 'id' ? desk.row(object, name) : desk.find(object, key, name);
  await lookAfterWrites(state, timeoutMs, () => {
    const now = Date.now();
    for (const [name, wanted] of open) {
      if (shown(rowOf(name)?.fields[field]) !== wanted) continue;
      seenAt[name] = now;
      open.delete(name);
    }
    return open.size === 0;
  });
  return { seenAt, missing: open.size };
}

export async function trace(
  desk: Desk,
  state: DeskServer,
  { object, id, field, until, timeoutMs }: Extract<Ask, { do: 'trace' }>,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  await lookAfterWrites(state, timeoutMs, () => {
    const text = shown(desk.row(object, id)?.fields[field]);
    if (text !== steps.at(-1)?.text) steps.push({ at: Date.now(), text });
    return text === until;
  });
  return steps;
}

export function awaitRows(
  desk: Desk,
  state: DeskServer,
  { object, rows, timeoutMs }: Extract<Ask, { do: 'await-rows' }>,
): Promise<boolean> {
  return lookAfterWrites(state, timeoutMs, () => desk.rows(object).length >= rows);
}
