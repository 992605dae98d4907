import { defineConfig, type OxlintOverride } from 'oxlint';

/** What a folder of src may see. A name with a file part opens that file alone; what is not named is refused. */
interface Arrow {
  readonly sees: readonly string[];
  /** Packages it may not use, as a regular expression. */
  readonly not?: string;
  readonly why: string;
}

/** `cli → app → engine → core ← mapping`, and the interfaces through which the engine sees the world. */
const arrows: Readonly<Record<string, Arrow>> = {
  core: { sees: [], not: '^[^.]', why: 'core is pure and imports nothing outside core' },
  mapping: {
    sees: ['core', 'connectors/ticket-system'],
    not: '^node:|^(axios|jsforce|fastify|pg|pg-boss|winston)$|^@prisma/',
    why: 'mapping is pure: core, and the shape of live metadata',
  },
  engine: {
    sees: [
      'core',
      'connectors/ticket-system',
      'connectors/children',
      'connectors/errors',
      'connectors/desk-call',
      'connectors/gate',
      'connectors/credentials',
      'store/store',
      'store/queue',
    ],
    not: '^(axios|jsforce|fastify|pg|pg-boss|winston)$|^@prisma/',
    why: 'the engine sees desks and store by their interfaces, and is handed the rest',
  },
  connectors: {
    sees: ['core', 'config/secret', 'config/settings'],
    not: '^(fastify|pg|pg-boss|winston)$|^@prisma/',
    why: 'a connector speaks its vendor’s protocol and nothing else',
  },
  store: {
    sees: ['core', 'config/secret', 'connectors/ticket-system', 'connectors/errors', 'connectors/credentials'],
    not: '^(axios|jsforce|fastify|winston)$',
    why: 'the store keeps things, decides nothing and knows nobody above it',
  },
  sandbox: {
    sees: ['core/side'],
    not: '^(axios|jsforce|pg|pg-boss)$|^@prisma/',
    why: 'the sandbox shares no belief with the code it is there to try',
  },
  config: { sees: ['core', 'mapping'], why: 'settings are read before anything else exists' },
  observability: {
    sees: [
      'core',
      'config',
      'connectors/errors',
      'engine/events',
      'engine/trace',
      'operate/refused',
      'store/store',
      'store/leases',
      'store/queue',
    ],
    why: 'logs, metrics and health listen to what happens',
  },
  operate: {
    sees: [
      'core',
      'mapping',
      'connectors/errors',
      'connectors/ticket-system',
      'connectors/with/derived',
      'connectors/with/dry-run',
      'engine',
      'store/store',
      'store/overview',
      'store/queue',
    ],
    not: '^(axios|jsforce|fastify|pg|pg-boss|winston)$|^@prisma/',
    why: 'what people do, for the command line and the admin API alike: engine and store in, data out',
  },
  admin: {
    sees: [
      'core',
      'config',
      'mapping/define-config',
      'connectors/errors',
      'engine',
      'operate',
      'observability',
      'store/store',
      'store/overview',
      'store/unmatched',
      'store/queue',
    ],
    why: 'the admin API uses what the command line uses',
  },
};

const folders = [...Object.keys(arrows), 'cli', 'app.ts'];

const prismaClient = {
  group: ['@prisma/client', '**/generated/**'],
  message: 'Only src/store/prisma speaks to the Prisma client.',
};
const message =
  'The dashboard is a page of its own: it knows the admin API by the types of its routes and schemas, and nothing else.';
const dashboardAlone = [
  { regex: String.raw`^(\.\./)+(${folders.filter((name) => name !== 'admin').join('|')})(/|$)`, message },
  { regex: '^node:|^@|^(zod|fastify|axios|jsforce|pg|pg-boss|winston|luxon|commander)$', message },
  { regex: String.raw`/schemas/|/routes\.ts$`, allowTypeImports: true, message },
];
const sandbox = { group: ['**/sandbox/**'], message: 'The sandbox is for the demo and for tests.' };

type Pattern = { group: string[]; message: string } | { regex: string; message: string; allowTypeImports?: boolean };

/** The imports a folder is refused: every other folder, less the files that its arrow opens. */
function refusals(folder: string, arrow: Arrow): Pattern[] {
  const message = `src/${folder}: ${arrow.why}.`;
  const group = folders
    .filter((other) => other !== folder && !arrow.sees.includes(other))
    .flatMap((other) => {
      const opened = arrow.sees.filter((name) => name.startsWith(`${other}/`)).map((name) => `!**/${name}.ts`);
      return other.endsWith('.ts') ? [`**/${other}`] : [`**/${other}/**`, ...opened];
    });
  const patterns: Pattern[] = [{ group, message }];
  if (arrow.not !== undefined) patterns.push({ regex: arrow.not, message });
  return patterns;
}

const restrictImports = (files: string[], patterns: Pattern[]): OxlintOverride => ({
  files,
  rules: { 'eslint/no-restricted-imports': ['error', { patterns }] },
});

const everySeed = 'Take a Clock or Ids: every test is a seed.';

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'node', 'promise', 'vitest'],
  categories: { correctness: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['src/store/prisma/generated', 'src/admin/dashboard/dist', 'node_modules', 'test/house/fixtures'],
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/only-throw-error': 'error',
    // Wrong where a type of the DOM library is named, which we do not load (WebAssembly).
    'typescript/no-redundant-type-constituents': 'off',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'eslint/eqeqeq': 'error',
    'eslint/no-console': 'error',
    'eslint/no-empty': 'error',
    'eslint/no-var': 'error',
    'eslint/prefer-const': 'error',
    'import/no-cycle': 'error',
    'node/no-process-env': 'error',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'oxc/no-barrel-file': 'error',
    'eslint/no-restricted-imports': ['error', { patterns: [prismaClient, sandbox] }],
  },
  overrides: [
    ...Object.entries(arrows).map(([folder, arrow]) =>
      restrictImports([`src/${folder}/**`], [...refusals(folder, arrow), prismaClient]),
    ),
    restrictImports(['src/admin/dashboard/**'], dashboardAlone),
    {
      files: ['src/admin/dashboard/**'],
      plugins: ['react'],
      // What is meant for React's own compiler says nothing about Preact.
      rules: { 'react/no-danger': 'error', 'react/immutability': 'off', 'react/purity': 'off', 'react/refs': 'off' },
    },
    restrictImports(['src/store/prisma/**'], refusals('store', arrows['store'] ?? { sees: [], why: '' })),
    restrictImports(['src/cli/commands/demo.ts', 'src/cli/commands/demo/**'], [prismaClient]),
    { files: ['src/config/**'], rules: { 'node/no-process-env': 'off' } },
    { files: ['src/cli/**'], rules: { 'eslint/no-console': 'off' } },
    {
      files: ['src/core/**', 'src/mapping/**', 'src/engine/**', 'src/connectors/**', 'src/store/**'],
      rules: {
        'eslint/no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now', message: everySeed },
          { object: 'Math', property: 'random', message: everySeed },
          { object: 'crypto', property: 'randomUUID', message: everySeed },
        ],
      },
    },
    {
      files: ['test/**', 'scripts/**', '*.config.ts'],
      rules: {
        'eslint/no-console': 'off',
        'eslint/no-restricted-imports': 'off',
        'node/no-process-env': 'off',
        'typescript/no-non-null-assertion': 'off',
        'typescript/unbound-method': 'off',
        // Suites shared by several implementations expect by what each can do, and properties expect inside a helper.
        'vitest/no-conditional-expect': 'off',
        'vitest/expect-expect': 'off',
        'vitest/require-to-throw-message': 'off',
        'vitest/valid-title': 'off',
      },
    },
  ],
});
