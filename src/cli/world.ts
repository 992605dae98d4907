import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { App, AppOptions } from '../app.ts';
import type { Environment } from '../config/environment.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { Database } from '../database.ts';
import type { EventSink } from '../engine/events.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Interrupt } from './interrupt.ts';

/** Everything outside a command, so that a test can stand in for it. */
export interface World {
  /** The project's folder: relative paths and `.env` start here. */
  readonly folder: string;
  readonly env: Environment;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** True if a person reads standard error. */
  readonly terminal: boolean;
  readonly colour: boolean;
  readonly interrupt: Interrupt;
  readonly now: () => number;
  /** Sets the exit code. */
  readonly exit: (code: ExitCode) => void;
  readonly openDatabase: (
    settings: StoreSettings,
    emit: EventSink,
  ) => Promise<Pick<Database, 'store' | 'url' | 'close'>>;
  readonly openApp: (options: AppOptions) => Promise<App>;
  /** Applies migrations; returns their names. */
  readonly migrate: (settings: StoreSettings) => Promise<readonly string[]>;
  /** Address of the embedded Postgres that runs now; null if none does. */
  readonly runningDatabase: (settings: StoreSettings) => Promise<string | null>;
}

export const projectFolder = dirname(dirname(import.meta.dirname));

/** The real world. What is heavy is loaded when it is needed: `--help` needs none of it. */
export function realWorld(env: Environment, interrupt: Interrupt): World {
  const terminal = process.stderr.isTTY;
  return {
    folder: projectFolder,
    env,
    get stdin() {
      // Opened when it is asked for: an input that is open keeps a process alive.
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    terminal,
    colour: terminal && env['NO_COLOR'] === undefined,
    interrupt,
    now: () => Date.now(),
    exit: (code) => {
      process.exitCode = code;
    },
    openDatabase: async (settings, emit) => (await import('../database.ts')).openDatabase(settings, { emit }),
    openApp: async (options) => (await import('../app.ts')).openApp(options),
    migrate: async (settings) => (await import('./database.ts')).migrateDatabase(settings),
    runningDatabase: async (settings) => (await import('./database.ts')).runningDatabase(settings),
  };
}
