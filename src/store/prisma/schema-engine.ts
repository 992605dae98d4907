import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { applicationName, HeardClient } from './client.ts';

/** The part of Node's WebAssembly used here: the type library of the browser declares it, Node's does not. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
};

interface EngineModule {
  readonly SchemaEngine: { new: typeof SchemaEngine.new };
  __wbg_set_wasm(exports: object): void;
}

/** Loaded by hand: the package's own entry imports its `.wasm` as a module, which Node announces as experimental on stderr. */
async function loadEngine(): Promise<EngineModule> {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const bindings: EngineModule = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') start();
  return bindings;
}

/** Its bindings keep the instance in a variable of the module: a second one would pull the first from under its own feet. */
let loading: Promise<EngineModule> | null = null;

/** Prisma's own migration engine on the driver that the service uses. */
export async function withSchemaEngine<T>(databaseUrl: string, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine: Engine } = await (loading ??= loadEngine());
  const application_name = applicationName();
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, Client: HeardClient, application_name });
  // A connection that is cut while idle: the next statement says so.
  pool.on('error', () => undefined);
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
    using engine = await Engine.new({ datamodels: undefined }, () => undefined, adapter);
    return await use(engine);
  } finally {
    await pool.end();
  }
}
