import { endedBySignal, run } from './child.mjs';
import { rightNode } from './node.mjs';
import { inRoot } from './paths.mjs';
import { say } from './say.mjs';

const bin = (...parts) => inRoot('node_modules', ...parts);

const tools = {
  lint: [bin('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
  format: [bin('prettier', 'bin', 'prettier.cjs'), '--log-level=warn', '--check', '.'],
  types: [bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', inRoot('tsconfig.json')],
  // A page has other globals than a service, and so its own settings.
  'types of the dashboard': [
    bin('typescript', 'bin', 'tsc'),
    '--noEmit',
    '-p',
    inRoot('src', 'admin', 'dashboard', 'tsconfig.json'),
  ],
};

/** Lint, formatting and types: all are run, so that one look shows everything. Resolves with an exit code. */
export async function check() {
  const failed = [];
  for (const [name, [script, ...args]] of Object.entries(tools)) {
    const code = await run(rightNode(), [script, ...args]);
    if (endedBySignal(code)) return code;
    if (code !== 0) failed.push(name);
  }
  if (failed.length > 0) say(`not in order: ${failed.join(', ')} ("npm run format" mends formatting).`);
  return failed.length === 0 ? 0 : 1;
}

/** The checks, then every test, or those that `args` name. Both are run even if the first fails. */
export async function test(args) {
  const checked = await check();
  if (endedBySignal(checked)) return checked;
  const tested = await run(rightNode(), [bin('vitest', 'vitest.mjs'), 'run', ...args]);
  return tested === 0 ? checked : tested;
}

/** Formats every file. */
export async function format() {
  const formatted = await run(rightNode(), [
    bin('prettier', 'bin', 'prettier.cjs'),
    '--log-level=warn',
    '--write',
    '.',
  ]);
  if (formatted !== 0) return formatted;
  return run(rightNode(), [bin('oxlint', 'bin', 'oxlint'), '--fix']);
}
