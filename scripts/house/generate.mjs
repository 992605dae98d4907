import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { endedBySignal, run } from './child.mjs';
import { rightNode } from './node.mjs';
import { inRoot } from './paths.mjs';
import { HouseProblem } from './say.mjs';

const schema = inRoot('prisma', 'schema.prisma');
const output = ['src', 'store', 'prisma', 'generated'];
const client = inRoot(...output, 'client.ts');
const stamp = inRoot(...output, '.made-from');

/** What the client depends on: the schema and Prisma's own version. */
function fingerprint() {
  const prisma = JSON.parse(readFileSync(inRoot('node_modules', 'prisma', 'package.json'), 'utf8')).version;
  return createHash('sha256').update(readFileSync(schema)).update(prisma).digest('hex');
}

export function generateNeeded() {
  if (!existsSync(schema)) return false;
  return !existsSync(client) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint();
}

/** Writes the Prisma client, offline and silently. */
export async function generate() {
  const made = fingerprint();
  let said = '';
  const code = await run(
    rightNode(),
    [inRoot('node_modules', 'prisma', 'build', 'index.js'), 'generate', '--schema', schema],
    {
      env: {
        ...process.env,
        // Prisma would download an engine that `generate` does not use; any file that exists stops it.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      onOutput: (chunk) => {
        said += chunk;
      },
    },
  );
  if (code !== 0)
    throw new HouseProblem(`the Prisma client could not be written:\n${said.trim()}`, endedBySignal(code) ? code : 1);
  writeFileSync(stamp, made);
}
