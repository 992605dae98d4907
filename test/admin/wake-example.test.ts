import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createAdminWorld } from './support.ts';

const run = promisify(execFile);
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** The lines that the documentation asks people to paste. */
function exampleIn(page: string): string {
  const script = /```sh\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8'))?.[1];
  if (script === undefined) throw new Error(`no script in ${page}`);
  return script;
}

it.skipIf(!has('curl') || !has('openssl'))('the wake-up of docs/wake.md works as it stands there', async () => {
  const { admin, world, polls } = await createAdminWorld();
  const ADDRESS = await admin.listen();
  // The shell's clock is the real one.
  await world.clock.advance(Date.now() - world.clock.now());
  const wakeWith = (secret: string): Promise<{ stdout: string }> =>
    run('sh', ['-c', exampleIn('docs/wake.md')], {
      env: { ...process.env, ADDRESS, CASEBRIDGE_WAKE_SECRET: secret, NO_PROXY: '127.0.0.1' },
    });
  expect(JSON.parse((await wakeWith('wake_c4n4ry_secret')).stdout)).toEqual({ text: 'ServiceNow is polled now.' });
  expect(polls).toEqual([{ side: 'servicenow' }]);
  expect(JSON.parse((await wakeWith('guess')).stdout)).toMatchObject({ status: 401 });
  expect(polls).toHaveLength(1);
});
