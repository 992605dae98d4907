import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

/** The package has a Chromium for this platform only; elsewhere a browser of the machine may be named. */
const packaged = process.platform === 'linux' && process.arch === 'x64';
const named = process.env['CASEBRIDGE_TEST_CHROMIUM'];

/** Why there is no browser here; null where there is one. */
export const noBrowser: string | null =
  packaged || named !== undefined
    ? null
    : `no packaged Chromium for ${process.platform}-${process.arch}; name one by CASEBRIDGE_TEST_CHROMIUM`;

/** Starts a headless Chromium. Rejects with one sentence where it cannot. */
export async function startChromium(): Promise<Browser> {
  try {
    const folder = named === undefined ? await unpacked() : null;
    return await chromium.launch({
      executablePath: folder === null ? (named ?? '') : join(folder, 'chromium'),
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--font-render-hinting=none',
      ],
      env:
        folder === null
          ? process.env
          : {
              ...process.env,
              LANG: 'en_US.UTF-8',
              LC_ALL: 'en_US.UTF-8',
              LD_LIBRARY_PATH: join(folder, 'lib'),
              FONTCONFIG_FILE: join(folder, 'fonts.conf'),
            },
    });
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new Error(`Chromium cannot be started here: ${said}`, { cause: error });
  }
}

/** Where the package's binaries are unpacked: once for each version and user, in the temp folder. Takes three seconds. */
async function unpacked(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const pack = join(dirname(main), '..');
  const { version } = JSON.parse(await readFile(join(pack, 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), `casebridge-chromium-${version}-${userInfo().username}`);
  if (existsSync(folder)) {
    await refuseForeign(folder);
    return folder;
  }
  const fresh = await mkdtemp(`${folder}.`);
  const open = (name: string): ReturnType<typeof createReadStream> => createReadStream(join(pack, 'bin', name));
  await mkdir(join(fresh, 'fonts'));
  await Promise.all([
    pipeline(
      open('chromium.br'),
      createBrotliDecompress(),
      createWriteStream(join(fresh, 'chromium'), { mode: 0o700 }),
    ),
    // Its libraries (nss, nspr, expat): otherwise it leans on what the machine happens to have.
    untar(open('al2023.tar.br'), fresh),
    untar(open('fonts.tar.br'), join(fresh, 'fonts')),
  ]);
  await writeFile(join(fresh, 'fonts.conf'), fontsConf(join(folder, 'fonts'), join(folder, 'fonts-cache')));
  try {
    await rename(fresh, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    // Another run was faster: its copy is as good.
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** By way of a file: tar stops reading at the end mark, before the padding behind it has come through a pipe. */
async function untar(packed: ReturnType<typeof createReadStream>, into: string): Promise<void> {
  const archive = join(into, 'archive.tar');
  await pipeline(packed, createBrotliDecompress(), createWriteStream(archive));
  await promisify(execFile)('tar', ['-xf', archive, '-C', into]);
  await rm(archive);
}

/** The temp folder is everybody's: what someone else put there is not run. */
async function refuseForeign(folder: string): Promise<void> {
  const { uid } = await lstat(folder);
  if (process.getuid !== undefined && uid !== process.getuid())
    throw new Error(`${folder} belongs to another user; remove it`);
}

/** The package's typeface first, so that pictures and line breaks are the same everywhere; the machine's own for other signs. */
function fontsConf(fonts: string, cache: string): string {
  const preferred = ['sans-serif', 'system-ui']
    .map((name) => `<alias><family>${name}</family><prefer><family>Open Sans</family></prefer></alias>`)
    .join('');
  const folders = [fonts, '/usr/share/fonts'].map((folder) => `<dir>${folder}</dir>`).join('');
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders}<cachedir>${cache}</cachedir>${preferred}</fontconfig>`;
}
