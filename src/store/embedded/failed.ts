export type EmbeddedFailure =
  /** No Postgres for this platform: DATABASE_URL is needed. */
  | 'unsupported-platform'
  /** The package with the binaries is not installed, or they do not run here. */
  | 'no-binary'
  | 'disk-full'
  | 'port'
  /** The data folder belongs to someone else, or cannot be written. */
  | 'no-rights'
  /** The data folder was written by another major version of Postgres. */
  | 'other-version'
  | 'init-failed'
  | 'exited'
  | 'timeout';

/** The embedded Postgres could not be started or stopped. Carries data; the sentence is made at the edge. */
export class EmbeddedFailed extends Error {
  override readonly name = 'EmbeddedFailed';
  readonly reason: EmbeddedFailure;
  readonly detail: string;

  constructor(reason: EmbeddedFailure, detail: string, options?: { cause?: unknown }) {
    super(`embedded Postgres: ${reason}: ${detail}`, options);
    this.reason = reason;
    this.detail = detail;
  }
}

const signs: readonly (readonly [RegExp, EmbeddedFailure])[] = [
  [/No space left on device|could not extend file|Disk quota exceeded|ENOSPC|EDQUOT/i, 'disk-full'],
  [/Address already in use|could not bind/i, 'port'],
  [/database files are incompatible|was initialized by PostgreSQL version/i, 'other-version'],
  [
    /Permission denied|has wrong ownership|has invalid permissions|Operation not permitted|Read-only file system|EACCES|EPERM|EROFS|ENOTDIR/i,
    'no-rights',
  ],
  [/error while loading shared libraries|cannot execute|Exec format error|spawn .*ENOENT|ENOEXEC/i, 'no-binary'],
];

/** Reads the cause out of what initdb, postgres or the file system said. */
export function failureOf(said: string, otherwise: EmbeddedFailure): EmbeddedFailure {
  return signs.find(([sign]) => sign.test(said))?.[1] ?? otherwise;
}

/** Wraps any error met on the way, keeping the last words it carries. */
export function embeddedFailed(error: unknown, otherwise: EmbeddedFailure): EmbeddedFailed {
  if (error instanceof EmbeddedFailed) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new EmbeddedFailed(failureOf(said, otherwise), said, { cause: error });
}
