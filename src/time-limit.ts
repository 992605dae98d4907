import { createContext, Script } from 'node:vm';
import { type Guard, TookTooLong } from './mapping/function-rule.ts';

/** By the wall clock, so that it must outlast a busy machine, too; what ran too long is tried again later like any record set aside. */
const defaultMs = 1000;

/**
 * Runs functions of the mapping file under a time limit. V8 ends everything below a script that was started with one, closures of
 * other modules and regular expressions included (node:vm, `timeout`), so that `while (true) {}` ends. A function that waits for
 * something returns a promise, which is no value.
 */
export function createTimeLimit(ms = defaultMs): Guard {
  const place: { work: (() => unknown) | null } = { work: null };
  const context = createContext({ run: () => place.work?.() });
  const script = new Script('run()');
  return (work) => {
    const before = place.work;
    place.work = work;
    try {
      return script.runInContext(context, { timeout: ms }) as unknown;
    } catch (error) {
      // Made in the context, whose Error is not ours.
      if (isTimeout(error)) throw new TookTooLong(`no result after ${ms} ms`, { cause: error });
      throw error;
    } finally {
      place.work = before;
    }
  };
}

function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
