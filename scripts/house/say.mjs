/** People's text goes to stderr: stdout belongs to `--json`. */
export function say(text) {
  process.stderr.write(`casebridge: ${text}\n`);
}

/** A problem with the machine or the folder, told in one sentence and without a stack. */
export class HouseProblem extends Error {
  constructor(message, exitCode = 3) {
    super(message);
    this.exitCode = exitCode;
  }
}
