import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { envExample, settingsTable } from '../../src/config/describe.ts';
import { optionNames, optionOf } from '../../src/config/options.ts';

const project = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(project, name), 'utf8');
const rewrite = 'run: node scripts/settings-docs.ts';

describe('the settings as they are described', () => {
  it('stand in .env.example, each with its comment', () => {
    expect(read('.env.example'), rewrite).toBe(envExample());
    for (const name of optionNames) expect(envExample()).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
  });

  it('stand in the manual', () => {
    expect(read('docs/settings.md'), rewrite).toContain(settingsTable());
  });

  it('leave nothing set in .env.example but what everybody has to fill in', () => {
    const { SERVICENOW_CLIENT_SECRET, SALESFORCE_CLIENT_SECRET, ...rest } = parseEnv(envExample());
    expect([SERVICENOW_CLIENT_SECRET, SALESFORCE_CLIENT_SECRET]).toEqual(['', '']);
    expect(Object.keys(rest).toSorted()).toEqual([
      'SALESFORCE_AUTH',
      'SALESFORCE_CLIENT_ID',
      'SALESFORCE_LOGIN_URL',
      'SERVICENOW_AUTH',
      'SERVICENOW_CLIENT_ID',
      'SERVICENOW_URL',
    ]);
  });

  it('have a sentence each', () => {
    for (const name of optionNames) expect(optionOf(name).doc, name).toMatch(/^.{10,}\.$/s);
  });
});
