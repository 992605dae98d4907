import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const postgres = './test/support/postgres.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One Postgres for the whole run; every file makes a database of its own in it.
    globalSetup: existsSync(new URL(postgres, import.meta.url)) ? [postgres] : [],
    setupFiles: ['./test/support/seed.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test that leaves nothing behind is worth more than a fast one that leaves a process.
    teardownTimeout: 20_000,
    // A line for each file, and for what fails; not for everything that takes a third of a second.
    slowTestThreshold: 10_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
