/** The database holds a migration that this version does not know: a newer Casebridge has used it. */
export class DatabaseNewer extends Error {
  override readonly name = 'DatabaseNewer';
  readonly migration: string;

  constructor(migration: string) {
    super(`the database knows migration ${migration}, this version does not`);
    this.migration = migration;
  }
}

/** Migrations are switched off, and some are missing. */
export class DatabaseBehind extends Error {
  override readonly name = 'DatabaseBehind';
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(`the database lacks ${missing.join(', ')}`);
    this.missing = missing;
  }
}

/** A migration could not be applied, or an earlier one stopped half way. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
  readonly detail: string;

  constructor(detail: string, options?: { cause?: unknown }) {
    super(`migration failed: ${detail}`, options);
    this.detail = detail;
  }
}

/** A token is to be stored and CASEBRIDGE_SECRET_KEY is not set. */
export class SecretKeyMissing extends Error {
  override readonly name = 'SecretKeyMissing';
}

/** CASEBRIDGE_SECRET_KEY is not 32 bytes of base64. */
export class SecretKeyInvalid extends Error {
  override readonly name = 'SecretKeyInvalid';
}

/** Values of sensitive fields were sealed with a key that is not there, or moved to another place by hand. */
export class ValuesSealedWithAnotherKey extends Error {
  override readonly name = 'ValuesSealedWithAnotherKey';
  /** True where no key is set at all. */
  readonly noKey: boolean;

  constructor(noKey: boolean, options?: { cause?: unknown }) {
    super('values of sensitive fields cannot be opened with this key', options);
    this.noKey = noKey;
  }
}

/** The stored token was sealed with another key, or its row was changed by hand. */
export class SecretKeyWrong extends Error {
  override readonly name = 'SecretKeyWrong';
  readonly side: string;

  constructor(side: string, options?: { cause?: unknown }) {
    super(`the stored token of ${side} cannot be opened with this key`, options);
    this.side = side;
  }
}
