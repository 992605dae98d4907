import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findEmbedded } from '../../src/store/embedded.ts';
import { realClock } from './clock.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's Postgres lives. The first test file that needs it starts it (test/support/database.ts). */
    readonly postgresFolder: string;
  }
}

let folder: string;

/** Once per run, before any test: names a folder with a space in it, since people have such folders. */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'casebridge tests '));
  // Under root the server runs as nobody, who has to get in.
  await chmod(folder, 0o711);
  project.provide('postgresFolder', join(folder, 'data'));
}

/** Once per run, after all tests. */
export async function teardown(): Promise<void> {
  const server = await findEmbedded({ dataDir: join(folder, 'data'), clock: realClock() });
  await server?.stop({ evenIfUsed: true });
  await rm(folder, { recursive: true, force: true });
}
