/** One thing that is wrong with the settings or with the mapping file. */
export interface Problem {
  /** The setting, or the place in the mapping file: `pairs[0].fields[2].servicenow`. */
  readonly where: string;
  /** What is wrong and what to do, without the value of a secret. */
  readonly what: string;
}

/** Every problem with the settings at once, before anything is contacted. */
export class SettingsInvalid extends Error {
  override readonly name = 'SettingsInvalid';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ where, what }) => `${where}: ${what}`).join('\n'));
    this.problems = problems;
  }
}

/** Every problem with the mapping file at once. */
export class MappingInvalid extends Error {
  override readonly name = 'MappingInvalid';
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(({ where, what }) => `${where}: ${what}`).join('\n'), options);
    this.file = file;
    this.problems = problems;
  }
}
