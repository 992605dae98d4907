import type { DateStyle } from './clock-text.ts';
import type { Database, Row } from './database.ts';

/** Names, zones and date formats of the people of the desk: a view of sys_user. */
export class Users {
  readonly #database: Database;
  /** Zone and format of who has set none. */
  readonly #standard: DateStyle;

  constructor(database: Database, standard: DateStyle) {
    this.#database = database;
    this.#standard = standard;
  }

  byName(userName: string): Row | null {
    return this.#database.lookUp('sys_user', 'user_name', [userName])?.[0] ?? null;
  }

  /** sys_id of a user name; `''` for one without a row (`system`). */
  idOf(userName: string): string {
    return this.byName(userName)?.['sys_id'] ?? '';
  }

  /** What journals show as the author. */
  displayName(userName: string): string {
    return this.byName(userName)?.['name'] ?? userName;
  }

  styleOf(userName: string): DateStyle {
    const user = this.byName(userName);
    if (user === null) return this.#standard;
    const zone = user['time_zone'] ?? '';
    const date = user['date_format'] ?? '';
    const time = user['time_format'] ?? '';
    const language = user['preferred_language'] ?? '';
    return {
      language: language === '' ? this.#standard.language : language,
      zone: zone === '' ? this.#standard.zone : zone,
      format: date === '' ? this.#standard.format : `${date} ${time === '' ? 'HH:mm:ss' : time}`,
    };
  }
}
