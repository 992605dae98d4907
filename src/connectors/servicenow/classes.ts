import type { Context } from './context.ts';
import { isForbidden, listMany, orThrow } from './list-many.ts';
import { allOf, checkName, term } from './query.ts';
import { textOf } from './records.ts';

/** Longest chain of table inheritance we follow. */
const deepest = 10;

/** A table and all that extend it, by name. */
export type Classes = (table: string) => Promise<readonly string[]>;

/**
 * Files and deletions are filed under the real class of a record, so whoever looks for those of a table has to know what extends it
 * (sys_audit_delete had no row under a base class and 895 under its classes). Asked once; an account that may not see
 * sys_db_object gets the table itself.
 */
export function createClasses(context: Context): Classes {
  const known = new Map<string, readonly string[]>();

  async function extending(tables: readonly string[]): Promise<readonly string[]> {
    const query = allOf(term('super_class.name', 'IN', tables));
    const request = { table: 'sys_db_object', query, fields: ['name', 'super_class.name'], limit: 1000 };
    const [answer] = await listMany(context, [request]);
    if (answer === undefined || isForbidden(answer)) return [];
    return orThrow(answer).rows.flatMap((row) => {
      const [name, parent] = [textOf(row, 'name'), textOf(row, 'super_class.name')];
      // A dropped query term answers with every table there is.
      return typeof name === 'string' && typeof parent === 'string' && tables.includes(parent) ? [name] : [];
    });
  }

  return async (table) => {
    const before = known.get(table);
    if (before !== undefined) return before;
    const all = [checkName(table)];
    let level: readonly string[] = all;
    for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
      level = (await extending(level)).filter((name) => !all.includes(name));
      all.push(...level);
    }
    known.set(table, all);
    return all;
  };
}
