import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/scenarios.md'), 'utf8');

interface Row {
  readonly no: string;
  readonly priority: string;
  readonly held: string;
}

const rows = page.split('\n').flatMap((line): readonly Row[] => {
  const found = /^\| ([A-L]\d+) +\| (P[012]) +\| .+? \| (.+?) +\|$/.exec(line.trim());
  const [, no = '', priority = '', held = ''] = found ?? [];
  return found === null ? [] : [{ no, priority, held }];
});

const isAutomated = ({ held }: Row): boolean => !held.startsWith('not automated: ');

describe('the scenarios of docs/scenarios.md', () => {
  it('are all there, each once', () => {
    expect(rows).toHaveLength(193);
    expect(new Set(rows.map(({ no }) => no)).size).toBe(193);
  });

  it('name tests that there are', () => {
    const wrong = rows.filter(isAutomated).filter(({ held }) => {
      const [, file = '', title = ''] = /^`([^`]+)` "([^"]*(?:"[^"]+"[^"]*)?)"/.exec(held) ?? [];
      const path = join(root, 'test', file);
      return file === '' || title === '' || !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
    });
    expect(wrong).toEqual([]);
  });

  it('are automated where nobody could do without, and counted as they are', () => {
    expect(rows.filter((row) => row.priority === 'P0' && !isAutomated(row))).toEqual([]);
    for (const priority of ['P0', 'P1', 'P2']) {
      const some = rows.filter((row) => row.priority === priority);
      const counts = new RegExp(
        `^\\| ${priority} +\\| ${some.length} +\\| ${some.filter(isAutomated).length} +\\|$`,
        'm',
      );
      expect(page).toMatch(counts);
    }
  });
});
