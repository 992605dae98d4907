/** What a command's exit code means. Scripts may rely on these. */
export const exitCodes = {
  done: 0,
  /** Done, and found something: drift, conflicts, failed records. */
  found: 1,
  usage: 2,
  settings: 3,
  unreachable: 4,
  unauthorised: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const meanings: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'done, and found something: drift, conflicts, failed records',
  2: 'wrong usage',
  3: 'settings or mapping invalid',
  4: 'a side or the database cannot be reached',
  5: 'not authorised',
  130: 'interrupted',
};

/** The lines of `--help` that say what each code means. */
export function exitCodeHelp(codes: readonly ExitCode[]): string {
  return ['Exit codes:', ...codes.map((code) => `  ${String(code).padEnd(4)} ${meanings[code]}`)].join('\n');
}
