import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { demoSettings } from '../../src/cli/commands/demo/settings.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

const root = join(import.meta.dirname, '../..');

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** As much of a desk as its settings are made of. */
const desk = (port: number): Sandbox =>
  ({ url: `http://127.0.0.1:${port}`, account: { clientId: 'id', clientSecret: 'c4n4ry' } }) as Sandbox;
const desks = { servicenow: desk(1), salesforce: desk(2) };

describe.skipIf(process.platform === 'win32')('the demo’s settings', () => {
  it('are readable by their owner alone, also over a file that others could read', () => {
    const folder = newFolder();
    const file = join(folder, '.casebridge', 'demo', 'demo.env');
    for (let run = 0; run < 2; run += 1) {
      demoSettings(folder, desks);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, 'utf8')).toContain('c4n4ry');
      chmodSync(file, 0o666);
    }
  });

  it('are not written through a link that somebody left there', () => {
    const folder = newFolder();
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'mine');
    mkdirSync(join(folder, '.casebridge', 'demo'), { recursive: true });
    symlinkSync(elsewhere, join(folder, '.casebridge', 'demo', 'demo.env'));
    demoSettings(folder, desks);
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
  });
});

/** Every source file of a folder, its path from the root and its text. */
function sources(folder: string): readonly (readonly [path: string, text: string])[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|mjs)$/.test(path) && !path.includes('generated'))
    .map((path) => [join(folder, path), readFileSync(join(root, folder, path), 'utf8')] as const);
}

const found = (what: RegExp, allowed: RegExp = /^$/): readonly string[] =>
  [...sources('src'), ...sources('scripts')]
    .filter(([path, text]) => !allowed.test(path) && what.test(text))
    .map(([path]) => path);

describe('the source', () => {
  it.each([
    ['raw SQL that is no tagged template', /\$(query|execute)RawUnsafe\b|Prisma\.raw\(/],
    ['code made of text', /\beval\(|new Function\(|vm\.run/],
    ['unchecked certificates', /rejectUnauthorized\s*:\s*false/],
    ['a process started through a shell', /\bexecSync?\(|shell:\s*true/],
    ['a password grant for Salesforce', /loginByOAuth2|loginBySoap|connection\.login\(/],
  ])('holds no %s', (_what, pattern) => {
    expect(found(pattern)).toEqual([]);
  });

  it('sends over HTTP from the two connectors alone', () => {
    const clients = /from '(axios|undici|jsforce[^']*)'|from '(node:)?https?'/;
    const doors =
      /^src[/\\](connectors[/\\]((byte-)?http|salesforce[/\\][\w-]+)\.ts|sandbox[/\\]|observability[/\\]health\.ts|cli[/\\]commands[/\\]auth[/\\]loopback\.ts)|^scripts[/\\]/;
    expect(found(clients, doors)).toEqual([]);
  });

  it('makes encoded queries and SOQL in one file each', () => {
    expect(found(/sysparm_query\s*[:=]/, /sandbox|servicenow[/\\]table\.ts|^scripts/)).toEqual([]);
    expect(
      found(/`[^`]*\bSELECT\b[^`]*\bFROM\b[^`]*\$\{/, /sandbox|store[/\\]|salesforce[/\\]soql\.ts|^scripts/),
    ).toEqual([]);
  });

  it('is installed without running anybody’s scripts, at exact versions', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts\s*=\s*true$/m);
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+/);
    }
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { integrity?: string; resolved?: string; link?: boolean }>;
    };
    for (const [path, { integrity, resolved }] of Object.entries(packages).filter(([name]) => name !== '')) {
      expect(integrity, path).toMatch(/^sha(512|256|1)-/);
      expect(resolved ?? 'https://', path).toMatch(/^https:\/\//);
    }
  });
});
