import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isSecret, optionNames, options, optionOf } from '../../src/config/options.ts';

const project = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(project, path), 'utf8');
const port = Number(options.CASEBRIDGE_ADMIN_PORT.default);

type Yaml = string | number | boolean | null | readonly Yaml[] | { readonly [name: string]: Yaml };

/** Every document of a YAML file; fails on what a strict reader would warn of. */
function documents(path: string): readonly Yaml[] {
  return parseAllDocuments(read(path), { strict: true, uniqueKeys: true }).map((document) => {
    expect([...document.errors, ...document.warnings], path).toEqual([]);
    return document.toJS() as Yaml;
  });
}

/** What lies at this path of names in a document. */
function at(document: Yaml | undefined, ...names: readonly (string | number)[]): Yaml | undefined {
  let here: Yaml | undefined = document;
  for (const name of names) {
    here = typeof here === 'object' && here !== null ? (here as Readonly<Record<string, Yaml>>)[name] : undefined;
  }
  return here;
}

function textAt(document: Yaml | undefined, ...names: readonly string[]): string {
  const found = at(document, ...names);
  return typeof found === 'string' ? found : '';
}

const kubernetes = readdirSync(join(project, 'ops/kubernetes')).map((name) => `ops/kubernetes/${name}`);
const resources = kubernetes.filter((path) => !path.endsWith('kustomization.yaml')).flatMap(documents);
const compose = documents('ops/compose/compose.yaml')[0];
const unit = read('ops/systemd/casebridge.service');
const dockerfile = read('ops/docker/Dockerfile');
const deployment = resources.find((one) => at(one, 'kind') === 'Deployment');
const container = at(deployment, 'spec', 'template', 'spec', 'containers', 0);

const ours = /\b(?:CASEBRIDGE|SERVICENOW|SALESFORCE|DATABASE|LOG)_[A-Z_]+\b/g;
const known = new Set<string>([
  ...optionNames,
  ...optionNames.filter((name) => isSecret(optionOf(name))).map((name) => `${name}_FILE`),
]);

describe('ops', () => {
  it.each([
    'ops/systemd/casebridge.service',
    'ops/docker/Dockerfile',
    'ops/compose/compose.yaml',
    ...kubernetes,
    'docs/running.md',
    'docs/upgrading.md',
  ])('%s names no setting that there is not', (path) => {
    const names = [...new Set(read(path).match(ours) ?? [])];
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('gives no secret but by a file', () => {
    const secrets = optionNames.filter((name) => isSecret(optionOf(name)));
    const settings = resources
      .filter((one) => at(one, 'kind') === 'ConfigMap')
      .flatMap((one) => Object.keys(at(one, 'data') ?? {}));
    const inCompose = Object.keys(at(compose, 'services', 'casebridge', 'environment') ?? {});
    const inUnit = [...unit.matchAll(/^#?Environment=([A-Z_]+)=/gm)].map((match) => match[1] ?? '');
    expect([...settings, ...inCompose, ...inUnit].filter((name) => secrets.some((secret) => secret === name))).toEqual(
      [],
    );
  });
});

describe('the systemd unit', () => {
  it('is what systemd takes it for', () => {
    const found = spawnSync('systemd-analyze', ['--version']);
    if (found.status !== 0) return;
    const folder = mkdtempSync(join(tmpdir(), 'casebridge-unit-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // The program it starts need not be on this machine.
    const file = join(folder, 'casebridge.service');
    writeFileSync(file, unit.replace('/usr/bin/node', '/bin/true'));
    const said = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    expect(said.stderr.split('\n').filter((line) => line.includes('casebridge.service'))).toEqual([]);
    expect(said.status).toBe(0);
  });

  it('stops the daemon before the database that lives under it, and gives up on wrong settings', () => {
    expect(unit).toContain('\nKillMode=mixed\n');
    expect(unit).toContain('\nRestartPreventExitStatus=2 3\n');
    const credentials = [...unit.matchAll(/^#?LoadCredential=([a-z-]+):/gm)].map((match) => match[1] ?? '');
    const used = [...unit.matchAll(/=%d\/([a-z-]+)$/gm)].map((match) => match[1] ?? '');
    expect(new Set(used)).toEqual(new Set(credentials));
  });
});

describe('the image', () => {
  it('copies only what there is, and nothing that is ignored', () => {
    const ignored = read('ops/docker/Dockerfile.dockerignore').split('\n');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap((match) =>
      (match[1] ?? '').split(' ').slice(0, -1),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) {
      expect(existsSync(join(project, path)), path).toBe(true);
      expect(ignored, path).toContain(`!${path.replace('./', '')}`);
    }
  });

  it('has all that a first run and the daemon open', () => {
    const copied = new Set(
      [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap((match) => (match[1] ?? '').split(' ').slice(0, -1)),
    );
    for (const path of [
      'package.json',
      'package-lock.json',
      '.npmrc',
      'src',
      'scripts',
      'prisma',
      'prisma.config.ts',
      'casebridge.config.ts',
    ])
      expect(copied).toContain(path);
  });

  it('runs as nobody in particular, and starts what the command line knows', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    const entry = /^ENTRYPOINT (\[.+\])$/m.exec(dockerfile)?.[1] ?? '[]';
    const command = /^CMD (\[.+\])$/m.exec(dockerfile)?.[1] ?? '[]';
    const [, ...args] = [...(JSON.parse(entry) as string[]), ...(JSON.parse(command) as string[])];
    const ran = spawnSync(process.execPath, [...args, '--help'], { cwd: project, encoding: 'utf8' });
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('keep both sides in step until stopped');
  });

  it('is healthy while the daemon answers, and not before', async () => {
    const health = /^HEALTHCHECK .*\\\n\s*CMD (\[.+\])$/m.exec(dockerfile)?.[1] ?? '[]';
    const [, ...args] = JSON.parse(health) as string[];
    const { createServer } = await import('node:http');
    let status = 200;
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? status : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const own = String(typeof address === 'object' && address !== null ? address.port : 0);
    const { execFile } = await import('node:child_process');
    const check = (): Promise<number> =>
      new Promise((resolve) => {
        const child = execFile(process.execPath, args, { env: { CASEBRIDGE_ADMIN_PORT: own } });
        child.once('exit', (code) => resolve(code ?? -1));
      });
    expect(await check()).toBe(0);
    status = 503;
    expect(await check()).toBe(1);
  });
});

describe('compose', () => {
  it('serves this machine alone, on the port of the settings', () => {
    expect(at(compose, 'services', 'casebridge', 'ports')).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(at(compose, 'services', 'database', 'ports')).toBeUndefined();
  });

  it('builds from the Dockerfile there is, and hands over every secret it names', () => {
    expect(
      existsSync(
        join(
          project,
          'ops/compose',
          textAt(compose, 'services', 'casebridge', 'build', 'context'),
          textAt(compose, 'services', 'casebridge', 'build', 'dockerfile'),
        ),
      ),
    ).toBe(true);
    const declared = Object.keys(at(compose, 'secrets') ?? {});
    const given = ['casebridge', 'database'].flatMap(
      (name) => at(compose, 'services', name, 'secrets') as readonly string[],
    );
    expect([...given].toSorted()).toEqual(declared.toSorted());
    const files = JSON.stringify(compose).match(/\/run\/secrets\/[a-z-]+/g) ?? [];
    expect(files.map((path) => path.replace('/run/secrets/', '')).toSorted()).toEqual(declared.toSorted());
  });
});

describe('kubernetes', () => {
  it('is put together from the files there are', () => {
    const [kustomization] = documents('ops/kubernetes/kustomization.yaml');
    const named = at(kustomization, 'resources') as readonly string[];
    expect(named.map((name) => `ops/kubernetes/${name}`).toSorted()).toEqual(
      kubernetes.filter((path) => !path.endsWith('kustomization.yaml')).toSorted(),
    );
  });

  it('probes what the service answers, where it listens', () => {
    expect(at(container, 'ports', 0, 'containerPort')).toBe(port);
    expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${port}$`, 'm'));
    expect(at(container, 'livenessProbe', 'httpGet', 'path')).toBe('/healthz');
    expect(at(container, 'startupProbe', 'httpGet', 'path')).toBe('/healthz');
    expect(at(container, 'readinessProbe', 'httpGet', 'path')).toBe('/readyz');
    for (const path of ['/healthz', '/readyz']) expect(read('src/admin/handlers/health.ts')).toContain(`'${path}'`);
  });

  it('names only secrets, settings and labels that its other files have', () => {
    const secret = resources.find((one) => at(one, 'kind') === 'Secret');
    const keys = Object.keys(at(secret, 'stringData') ?? {});
    const env = at(container, 'env') as readonly { readonly name: string; readonly value: string }[];
    expect(env.map(({ value }) => value.replace('/run/secrets/casebridge/', '')).toSorted()).toEqual(keys.toSorted());
    const label = { 'app.kubernetes.io/name': 'casebridge' };
    for (const [kind, path] of [
      ['Service', ['spec', 'selector']],
      ['PodDisruptionBudget', ['spec', 'selector', 'matchLabels']],
      ['Deployment', ['spec', 'template', 'metadata', 'labels']],
    ] as const) {
      expect(
        at(
          resources.find((one) => at(one, 'kind') === kind),
          ...path,
        ),
        kind,
      ).toEqual(label);
    }
    expect(at(deployment, 'spec', 'replicas')).toBe(2);
  });

  it('gives the mapping file a place where its imports are found, and one that loads', async () => {
    const mount = (
      at(container, 'volumeMounts') as readonly { readonly name: string; readonly mountPath: string }[]
    ).find(({ name }) => name === 'mapping');
    expect(mount?.mountPath).toBe('/app/casebridge.config.ts');
    expect(dockerfile).toMatch(/^WORKDIR \/app$/m);
    const mapping = resources.find((one) => at(one, 'metadata', 'name') === 'casebridge-mapping');
    const text = textAt(mapping, 'data', 'casebridge.config.ts').replaceAll("'./src/", `'${project}/src/`);
    const folder = mkdtempSync(join(tmpdir(), 'casebridge-mapping-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'casebridge.config.ts'), text);
    const { loadMapping } = await import('../../src/config/mapping-file.ts');
    expect((await loadMapping(join(folder, 'casebridge.config.ts'))).pairs.map(({ name }) => name)).toEqual([
      'incident-case',
    ]);
  });
});
