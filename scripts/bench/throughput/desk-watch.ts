import { setTimeout as delay } from 'node:timers/promises';
import type { Side } from '../../../src/core/side.ts';
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

/** Notes when each of the names was first `seen`. */
async function watchAll(
  state: DeskServer,
  expected: Readonly<Record<string, string>>,
  timeoutMs: number,
  seen: () => (name: string, wanted: string) => boolean,
): Promise<Watched> {
  const open = new Map(Object.entries(expected));
  const seenAt: Record<string, number> = {};
  await lookAfterWrites(state, timeoutMs, () => {
    const now = Date.now();
    const isSeen = seen();
    for (const [name, wanted] of open) {
      if (!isSeen(name, wanted)) continue;
      seenAt[name] = now;
      open.delete(name);
    }
    return open.size === 0;
  });
  return { seenAt, missing: open.size };
}

export function watch(
  desk: Desk,
  state: DeskServer,
  { object, key, field, expected, timeoutMs }: Extract<Ask, { do: 'watch' }>,
): Promise<Watched> {
  const rowOf = (name: string): DeskRow | null =>
    key === 'id' ? desk.row(object, name) : desk.find(object, key, name);
  return watchAll(state, expected, timeoutMs, () => (name, wanted) => shown(rowOf(name)?.fields[field]) === wanted);
}

/** Object of comments, the column that names their ticket, and the one with their text. */
const comments: Readonly<Record<Side, readonly [object: string, ticket: string, text: string]>> = {
  servicenow: ['sys_journal_field', 'element_id', 'value'],
  salesforce: ['CaseComment', 'ParentId', 'CommentBody'],
};

export function watchComments(
  side: Side,
  desk: Desk,
  state: DeskServer,
  { expected, timeoutMs }: Extract<Ask, { do: 'watch-comments' }>,
): Promise<Watched> {
  const [object, ticket, text] = comments[side];
  return watchAll(state, expected, timeoutMs, () => {
    const said = Map.groupBy(desk.rows(object), (row) => shown(row.fields[ticket]));
    return (name, wanted) => (said.get(name) ?? []).some((row) => shown(row.fields[text]).includes(wanted));
  });
}

export function watchFiles(
  desk: Desk,
  state: DeskServer,
  { object, expected, timeoutMs }: Extract<Ask, { do: 'watch-files' }>,
): Promise<Watched> {
  return watchAll(
    state,
    expected,
    timeoutMs,
    () => (name, wanted) => desk.files(object, name).some((file) => file.hash === wanted),
  );
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
