import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { servicenowScript } from '../../src/cli/commands/doctor/servicenow-script.ts';

type Row = Record<string, string>;

/** A dot-walk is one step through a reference. */
const valueOf = (row: Row, name: string): string | undefined =>
  name === 'operation.name' ? row['operation']?.replace('op-', '') : row[name];

/** As much of an instance as the script touches: tables of rows, GlideRecord on them, and the log. */
function instance(tables: Record<string, Row[]>): { run(script: string): readonly string[]; tables: typeof tables } {
  let drawn = 0;
  const log: string[] = [];
  class GlideRecord {
    readonly #rows: Row[];
    #terms: [string, string][] = [];
    #found: Row[] = [];
    #row: Row = {};
    constructor(table: string) {
      this.#rows = tables[table] ??= [];
    }
    addQuery(name: string, value: string): void {
      this.#terms.push([name, value]);
    }
    addActiveQuery(): void {
      this.#terms.push(['active', 'true']);
    }
    setLimit(): void {
      // One row is all that is looked at.
    }
    query(): void {
      this.#found = this.#rows.filter((row) => this.#terms.every(([name, value]) => valueOf(row, name) === value));
    }
    next(): boolean {
      const row = this.#found.shift();
      if (row !== undefined) this.#row = row;
      return row !== undefined;
    }
    get(id: string): void {
      this.#row = this.#rows.find((row) => row['sys_id'] === id) ?? {};
    }
    initialize(): void {
      this.#row = {};
    }
    getValue(name: string): string | null {
      return this.#row[name] ?? null;
    }
    getUniqueValue(): string {
      return this.#row['sys_id'] ?? '';
    }
    setValue(name: string, value: unknown): void {
      this.#row[name] = String(value);
    }
    insert(): string {
      drawn += 1;
      this.#row['sys_id'] = `new${drawn}`;
      this.#rows.push(this.#row);
      return this.#row['sys_id'];
    }
  }
  return {
    tables,
    run: (script) => {
      log.length = 0;
      runInNewContext(script, { GlideRecord, gs: { info: (text: string) => log.push(text) } });
      return [...log];
    },
  };
}

const acl = (name: string, operation = 'read'): Row => ({
  sys_id: `${name}-${operation}`,
  name,
  operation: `op-${operation}`,
  type: 'type-record',
  active: 'true',
});

const script = servicenowScript({
  user: "o'brien\n</script>",
  browserLogin: true,
  roles: ['sn_incident_read', 'sn_gone'],
  history: false,
});

const prepared = () =>
  instance({
    sys_user: [{ sys_id: 'u1', user_name: "o'brien\n</script>" }],
    sys_user_role: [{ sys_id: 'r1', name: 'sn_incident_read' }],
    sys_security_acl: [acl('sys_journal_field'), acl('oauth_credential'), acl('oauth_credential', 'write')],
  });

describe('the script for an administrator of ServiceNow', () => {
  it('makes the role, its ACLs and the roles of the user, and names what it leaves alone', () => {
    const { run, tables } = prepared();
    const log = run(script);
    const made = (tables['sys_security_acl'] ?? []).filter(({ sys_id }) => sys_id?.startsWith('new') === true);
    expect(made.map(({ name, operation }) => `${name} ${operation}`)).toEqual([
      'sys_journal_field op-read',
      'oauth_credential op-read',
      'oauth_credential op-write',
    ]);
    expect(tables['sys_security_acl_role']).toHaveLength(3);
    expect((tables['sys_user_has_role'] ?? []).every(({ user }) => user === 'u1')).toBe(true);
    expect(tables['sys_user_has_role']).toHaveLength(2);
    expect(log.join('\n')).toMatch(/ACL read on sys_audit_delete .*left alone, since .* shut everybody else out/);
    expect(log.join('\n')).toContain('role sn_gone: this instance has none of that name');
  });

  it('makes nothing twice', () => {
    const { run, tables } = prepared();
    run(script);
    const before = JSON.stringify(tables);
    expect(run(script).join('\n')).not.toContain(': made');
    expect(JSON.stringify(tables)).toBe(before);
  });

  it('only tells with dryRun, and stops where there is no such user', () => {
    const { run, tables } = prepared();
    const before = JSON.stringify(tables['sys_security_acl']);
    expect(run(script.replace('dryRun = false', 'dryRun = true')).join('\n')).toContain('would be made');
    expect(JSON.stringify(tables['sys_security_acl'])).toBe(before);
    expect(tables['sys_user_has_role'] ?? []).toEqual([]);
    const nobody = instance({ sys_user: [] });
    expect(nobody.run(script)).toEqual([expect.stringContaining('there is no user') as string]);
    expect(nobody.tables['sys_user_role'] ?? []).toEqual([]);
  });
});
