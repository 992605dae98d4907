import { MappingInvalid, type Problem, SettingsInvalid } from '../config/problems.ts';
import { ConnectorError } from '../connectors/errors.ts';
import { describeConnectorError } from '../observability/describe-error.ts';
import { describeRefusal } from '../observability/describe-refusal.ts';
import { oneLine } from '../observability/words.ts';
import { Refused } from '../operate/refused.ts';
import { EmbeddedFailed, type EmbeddedFailure } from '../store/embedded/failed.ts';
import { BackupUnreadable, RestoreRefused } from '../store/prisma/backup-errors.ts';
import {
  DatabaseBehind,
  DatabaseNewer,
  MigrationFailed,
  SecretKeyInvalid,
  SecretKeyMissing,
  SecretKeyWrong,
  ValuesSealedWithAnotherKey,
} from '../store/prisma/errors.ts';
import { sqlState } from '../store/prisma/unavailable.ts';
import { StoreUnavailable } from '../store/store.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

export interface Report {
  /** For a person: what is wrong, where, and what to do. */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** Turns the data an error carries into advice. The only place where such sentences are made. */
export function reportError(error: unknown): Report {
  const { text, exitCode } = known(error) ?? unknown(error);
  return { text: `${text.charAt(0).toUpperCase()}${text.slice(1)}`, exitCode };
}

function known(error: unknown): Report | null {
  if (error instanceof UsageError) return { text: error.message, exitCode: exitCodes.usage };
  if (error instanceof Refused) return { text: describeRefusal(error.refusal), exitCode: exitCodes.usage };
  // Known by its name: the demo's own code is not loaded for other commands.
  if (error instanceof Error && error.name === 'DemoRuns' && 'pid' in error) {
    const text = `a demo runs in this folder already, as process ${String(error.pid)}; look at it with --demo, or stop it with Ctrl-C there.`;
    return { text, exitCode: exitCodes.usage };
  }
  if (error instanceof SettingsInvalid) {
    const text = `${listed('these settings are not in order', error.problems)}\nSet them in .env or in the environment, or let "casebridge init" ask for them; docs/settings.md has them all.`;
    return { text, exitCode: exitCodes.settings };
  }
  if (error instanceof MappingInvalid) {
    const text = `${listed(`the mapping file ${error.file} is not in order`, error.problems)}\ndocs/mapping.md tells what can stand there.`;
    return { text, exitCode: exitCodes.settings };
  }
  if (error instanceof ConnectorError) return { text: describeConnectorError(error), exitCode: connectorExit(error) };
  return storeError(error) ?? systemError(error);
}

function listed(head: string, problems: readonly Problem[]): string {
  return [`${head}:`, ...problems.map(({ where, what }) => `  ${where} ${what}`)].join('\n');
}

/** What the mapping file names and the side does not have. */
const settingsCauses = new Set(['unknown-field', 'unknown-table', 'unknown-object']);

function connectorExit({ kind, data }: ConnectorError): ExitCode {
  if (kind === 'Unauthorized' || data.cause === 'no-rights' || data.cause === 'wrong-secret')
    return exitCodes.unauthorised;
  if (settingsCauses.has(data.cause ?? '')) return exitCodes.settings;
  return kind === 'Unavailable' || kind === 'RateLimited' ? exitCodes.unreachable : exitCodes.found;
}

const embeddedCures: Readonly<Record<EmbeddedFailure, string>> = {
  'unsupported-platform': 'no Postgres comes along for this platform; set DATABASE_URL to one of your own',
  'no-binary':
    'the Postgres that comes along is missing or cannot run here; run "npm ci --include=optional", or set DATABASE_URL to one of your own',
  'disk-full': 'the disk is full; make room in CASEBRIDGE_DATA_DIR and start again, nothing is lost',
  port: 'no free port was found on 127.0.0.1; start again',
  'no-rights': 'the data folder cannot be used; make it yours, or name another in CASEBRIDGE_DATA_DIR',
  'other-version':
    'the data folder was written by another version of Postgres; dump it with that version, or name a new CASEBRIDGE_DATA_DIR',
  'init-failed': 'the data folder could not be set up',
  exited: 'the embedded Postgres ended by itself',
  timeout: 'the embedded Postgres did not answer in time; look at its log in the data folder',
};

function storeError(error: unknown): Report | null {
  const unreachable = (text: string): Report => ({ text, exitCode: exitCodes.unreachable });
  const settings = (text: string): Report => ({ text, exitCode: exitCodes.settings });
  if (error instanceof StoreUnavailable) {
    return unreachable(
      `the database cannot be reached (${oneLine(error.message, 200)}); check DATABASE_URL and that Postgres runs.`,
    );
  }
  if (error instanceof EmbeddedFailed)
    return unreachable(`${embeddedCures[error.reason]} (${oneLine(error.detail, 300)}).`);
  if (error instanceof DatabaseNewer) {
    return unreachable(
      `a newer Casebridge has used this database (it knows "${error.migration}"); install that version, this one would do harm.`,
    );
  }
  if (error instanceof DatabaseBehind) {
    return unreachable(
      `the database lacks ${error.missing.join(', ')}; run "casebridge migrate" with a role that may change tables, or set CASEBRIDGE_MIGRATE=auto.`,
    );
  }
  if (error instanceof BackupUnreadable) {
    const what =
      error.why === 'cut-short' ? 'ends before its end: its last part is missing' : 'is no backup of Casebridge';
    return { text: `${oneLine(error.file, 200)} ${what}; nothing was restored.`, exitCode: exitCodes.usage };
  }
  if (error instanceof RestoreRefused) return { text: refusedRestore(error), exitCode: exitCodes.usage };
  if (error instanceof MigrationFailed) {
    return unreachable(
      `the tables could not be brought up to date (${oneLine(error.detail, 300)}); check the rights of the role in DATABASE_MIGRATE_URL or DATABASE_URL.`,
    );
  }
  if (error instanceof SecretKeyMissing) {
    return settings(
      'a token or a value of a sensitive field is to be stored and CASEBRIDGE_SECRET_KEY is not set; "casebridge keygen" prints one to put into .env.',
    );
  }
  if (error instanceof SecretKeyInvalid) {
    return settings('CASEBRIDGE_SECRET_KEY is not 32 bytes in base64; "casebridge keygen" prints one that is.');
  }
  if (error instanceof SecretKeyWrong) {
    return settings(
      `the stored token of ${error.side} was sealed with another key; put that key into CASEBRIDGE_SECRET_KEY_PREVIOUS, or log in anew.`,
    );
  }
  if (error instanceof ValuesSealedWithAnotherKey) {
    return settings(
      `values of sensitive fields were sealed with a key that is not here; put that key into CASEBRIDGE_SECRET_KEY${error.noKey ? '' : '_PREVIOUS'}.`,
    );
  }
  return refusedByPostgres(error);
}

/** By SQLSTATE (Postgres, appendix A): these are a matter of the address and its role, and never pass by themselves. */
function refusedByPostgres(error: unknown): Report | null {
  switch (sqlState(error)) {
    case '28P01':
    case '28000':
      return {
        text: 'the database refuses our role or its password; check DATABASE_URL and DATABASE_MIGRATE_URL.',
        exitCode: exitCodes.unauthorised,
      };
    case '42501':
      return {
        text: 'the database does not let our role do this; grant it the rights, or name another role in DATABASE_URL or DATABASE_MIGRATE_URL.',
        exitCode: exitCodes.unauthorised,
      };
    case '3D000':
      return {
        text: 'there is no database of that name; make it with "createdb", or correct DATABASE_URL.',
        exitCode: exitCodes.unreachable,
      };
    default:
      return null;
  }
}

/** What the operating system says, by its code. */
function systemError(error: unknown): Report | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  if (error.code === 'EADDRINUSE') {
    return {
      text: 'the admin port is taken, perhaps by another Casebridge; set CASEBRIDGE_ADMIN_PORT.',
      exitCode: exitCodes.settings,
    };
  }
  if (error.code === 'ENOSPC')
    return { text: 'the disk is full; make room and start again.', exitCode: exitCodes.unreachable };
  return null;
}

function unknown(error: unknown): Report {
  const words =
    error instanceof Error ? `${error.name}: ${error.message}` : `a value of type ${typeof error} was thrown`;
  return {
    text: `something went wrong that should not have: ${oneLine(words, 400)}\nRun it again with LOG_LEVEL=debug to see where, and please report it.`,
    exitCode: exitCodes.found,
  };
}

function refusedRestore({ why, what }: RestoreRefused): string {
  return why === 'not-empty'
    ? 'this database holds links or cursors already; restore into an empty one, so that nothing is mixed.'
    : `this backup was made by a newer Casebridge (it has "${what ?? ''}"); restore it with that version.`;
}
