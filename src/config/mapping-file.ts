import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseConfig } from '../mapping/config-schema.ts';
import type { CasebridgeConfig } from '../mapping/define-config.ts';
import { MappingInvalid } from './problems.ts';

/**
 * The mapping that a TypeScript or JavaScript file exports as its default. Rejects with MappingInvalid, naming every problem. The
 * file is a program: it runs with our rights, like the rest of the project.
 */
export async function loadMapping(file: string): Promise<CasebridgeConfig> {
  if (!existsSync(file)) {
    const what =
      'is not there; "git checkout casebridge.config.ts" brings the one that comes with Casebridge, or set CASEBRIDGE_CONFIG';
    throw new MappingInvalid(file, [{ where: 'the file', what }]);
  }
  const parsed = parseConfig(await importDefault(file));
  if (!parsed.ok) throw new MappingInvalid(file, parsed.problems);
  return parsed.config;
}

async function importDefault(file: string): Promise<unknown> {
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    // A file may throw anything, also what cannot be turned into text.
    const words =
      error instanceof Error ? (error.message.split('\n')[0] ?? '') : `it throws a value of type ${typeof error}`;
    throw new MappingInvalid(file, [{ where: 'the file', what: `cannot be run: ${words}` }], { cause: error });
  }
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default;
  throw new MappingInvalid(file, [
    { where: 'the file', what: 'exports no default; write "export default defineConfig({ … })"' },
  ]);
}
