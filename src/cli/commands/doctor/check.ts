import type { Side } from '../../../core/side.ts';
import { sideNames } from '../../../observability/words.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { exitCodes } from '../../exit-codes.ts';
import { reportError } from '../../report-error.ts';

/**
 * `ok`: seen to be in order. `note`: works, and worth knowing. `unknown`: the answer would look the same if it were wrong, so it is
 * never called fine. `wrong`: something to mend.
 */
export type State = 'ok' | 'note' | 'unknown' | 'wrong';

/** One line of `doctor`. */
export interface Check {
  readonly where: Side | 'casebridge';
  /** A short name that scripts may rely on: `login`, `clock`, `rights`. */
  readonly check: string;
  readonly state: State;
  readonly what: string;
  /** What mends it, where there is something to mend. */
  readonly cure?: string;
  /** What the command ends with on account of this line, where that is not 0 or 1. */
  readonly exit?: ExitCode;
}

/** A failure as a line; `severe` when nothing more can be asked of that side, so that its exit code counts. */
export function failed(where: Check['where'], check: string, error: unknown, severe = false): Check {
  const { text, exitCode } = reportError(error);
  return { where, check, state: 'wrong', what: text, ...(severe ? { exit: exitCode } : {}) };
}

const marks: Readonly<Record<State, string>> = { ok: 'ok  ', note: 'note', unknown: '?   ', wrong: 'BAD ' };

export function checkText({ where, check, state, what, cure }: Check, number: number): string {
  const name = where === 'casebridge' ? 'Casebridge' : sideNames[where];
  const sentence = cure === undefined ? what : `${what.replace(/\.$/, '')}: ${cure}`;
  return `${String(number).padStart(2)}  ${marks[state]}  ${name.padEnd(10)}  ${check.padEnd(12)}  ${sentence.replace(/[.:]?$/, '.')}`;
}

/** A side that cannot be reached or does not let us in weighs more than anything found on it. */
export function exitOf(checks: readonly Check[]): ExitCode {
  const exits = checks.flatMap(({ exit }) => (exit === undefined ? [] : [exit]));
  const grave = [exitCodes.unreachable, exitCodes.unauthorised, exitCodes.settings].find((code) =>
    exits.includes(code),
  );
  return grave ?? (checks.some(({ state }) => state === 'wrong') ? exitCodes.found : exitCodes.done);
}
