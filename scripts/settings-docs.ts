/** Writes `.env.example` and the tables in docs/settings.md from src/config/options.ts: `node scripts/settings-docs.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envExample, settingsTable } from '../src/config/describe.ts';

const root = join(import.meta.dirname, '..');
const manual = join(root, 'docs/settings.md');
const between = /(<!-- settings -->\n)[\s\S]*(<!-- \/settings -->)/;

writeFileSync(join(root, '.env.example'), envExample());
writeFileSync(
  manual,
  readFileSync(manual, 'utf8').replace(
    between,
    (_all, start: string, end: string) => `${start}\n${settingsTable()}\n\n${end}`,
  ),
);
