/** The file is no backup of ours, or its end is missing. */
export class BackupUnreadable extends Error {
  override readonly name = 'BackupUnreadable';
  readonly file: string;
  readonly why: 'not-a-backup' | 'cut-short';

  constructor(file: string, why: BackupUnreadable['why'], options?: ErrorOptions) {
    super(`${file}: ${why}`, options);
    this.file = file;
    this.why = why;
  }
}

/** The database already holds something, or this version is older than the backup (`what`: the migration or table it lacks). */
export class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused';
  readonly why: 'not-empty' | 'newer';
  readonly what: string | null;

  constructor(why: RestoreRefused['why'], what: string | null = null) {
    super(what === null ? why : `${why}: ${what}`);
    this.why = why;
    this.what = what;
  }
}
