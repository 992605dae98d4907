import { randomBytes } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { loadSettings } from '../../config/load.ts';
import { optionOf } from '../../config/options.ts';
import type { Settings } from '../../config/settings.ts';
import { sides } from '../../core/side.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Flags, Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { World } from '../world.ts';
import { runDoctor } from './doctor.ts';
import type { FixFlags } from './doctor/fix.ts';
import { answersOfFlags, complete } from './init/answers.ts';
import { chooseClosing, type ClosingFlags } from './init/closing.ts';
import { envText, refuseToOverwrite, writeEnv } from './init/env-file.ts';
import { type Choices, writeMapping, type Written } from './init/mapping-file.ts';
import { chooseKind, kinds } from './init/kinds.ts';
import { type Prompt, promptFor } from './init/prompt.ts';
import { type Answers, flagNames, flagsOf } from './init/questions.ts';

interface InitFlags extends Flags, ClosingFlags {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly from?: string;
  readonly kind?: string;
  readonly fix?: boolean;
  readonly admin?: boolean;
}

export function initCommand(world: World): Command {
  const init = command('init', 'ask for what is needed, write .env and the mapping file, and look whether it works', {
    examples: [
      'init',
      'init --servicenow-url https://dev12345.service-now.com --salesforce-login-url https://acme.my.salesforce.com',
      'init --yes --servicenow-url … --servicenow-client-id … --servicenow-client-secret-file sn.txt --close-code "Solution provided" …',
    ],
    exits: [0, 1, 2, 3, 4, 5, 130],
  })
    .option('--yes', 'ask nothing: take the flags, and what is usual for the rest')
    .option('--force', 'replace a .env that is there')
    .option('--from <time>', 'which tickets: created after this (ISO 8601), "now" or "all"')
    .option('--kind <name>', `which tickets: ${kinds.join(', ')}`)
    .option('--fix', 'then make what Salesforce lacks (fields, permission set), as "doctor --fix" does')
    .option('--admin', 'with --fix: an administrator logs in to Salesforce in the browser, for this run alone')
    .option('--close-code <code>', 'close code for incidents that Salesforce closes')
    .option('--close-notes <text>', 'close notes that go with it');
  for (const name of flagNames) {
    for (const { flag, setting } of flagsOf(name)) {
      const isFile = setting !== name;
      init.option(
        `${flag} <${isFile ? 'file' : 'value'}>`,
        isFile ? `a file that holds it, kept as ${setting}` : optionOf(name).doc,
      );
    }
  }
  return init.action((flags: InitFlags) =>
    act(world, flags, (session) => initialise(session, flags, givenFlags(init))),
  );
}

/** Values of the flags that answer a question, by flag. */
function givenFlags(init: Command): Answers {
  const flags = new Set(flagNames.flatMap((name) => flagsOf(name).map(({ flag }) => flag)));
  return new Map(
    init.options.flatMap((option): readonly (readonly [string, string])[] => {
      const value: unknown = init.getOptionValue(option.attributeName());
      return option.long !== undefined && flags.has(option.long) && typeof value === 'string'
        ? [[option.long, value]]
        : [];
    }),
  );
}

async function initialise(session: Session, flags: InitFlags, given: Answers): Promise<ExitCode> {
  const { out, world } = session;
  if (flags.demo === true) throw new UsageError('The demo needs no settings; "npm run demo" starts it.');
  const envFile = join(world.folder, '.env');
  refuseToOverwrite(envFile, flags.force === true);
  // Said before anything is asked.
  fromFlag(flags, world);
  const prompt = flags.yes === true ? null : promptFor(world);
  let settings: Settings;
  let mapping: Written;
  let fix = flags.fix === true;
  try {
    const answers = await complete(answersOfFlags(given, world.folder), prompt, world.folder);
    const text = envText(answers, randomBytes(32).toString('base64'));
    settings = checked(answers, world);
    const choices = await choose(settings, flags, prompt, session);
    await writeEnv(envFile, text, flags.force === true);
    mapping = await writeMapping(mappingFile(world), choices);
    if (!fix && prompt !== null) fix = await wantsFix(prompt);
  } finally {
    prompt?.close();
  }
  await tellWritten(session, mapping);
  for (const side of sides) {
    if (settings[side].auth.kind === 'authorization_code')
      out.note(`Next: "casebridge auth ${side}" logs in with the browser.`);
  }
  return world.interrupt.signal.aborted ? exitCodes.interrupted : runDoctor(session, fixFlags({ ...flags, fix }));
}

/** Asked beforehand: `doctor` shows its plan, and asks again, before it changes anything. */
async function wantsFix(prompt: Prompt): Promise<boolean> {
  const said = await prompt.ask(
    'Make the fields and the permission set that Salesforce lacks; shows a plan first (yes, no) [no]',
  );
  return /^y(es)?$/i.test(said);
}

/** With --yes the plan is agreed to beforehand. */
function fixFlags({ fix, yes, admin }: InitFlags): FixFlags {
  return { fix: fix === true, yes: yes === true, admin: admin === true };
}

/** The answers as settings, before anything is written. Throws SettingsInvalid for answers that do not go together. */
function checked(answers: Answers, { folder }: World): Settings {
  const env = { ...Object.fromEntries(answers), CASEBRIDGE_SECRET_KEY: Buffer.alloc(32).toString('base64') };
  // A folder without a .env of its own: what an older one says must not count.
  return loadSettings(env, { folder: join(folder, '.casebridge', 'no-settings') });
}

async function choose(
  settings: Settings,
  flags: InitFlags,
  prompt: Prompt | null,
  { out, world }: Session,
): Promise<Choices> {
  const kind = await chooseKind(flags.kind, prompt);
  // A ready-made mapping says itself what a closed Case means.
  const closing = kind === 'incident-case' ? await chooseClosing(settings, flags, prompt, out) : null;
  if (flags.from !== undefined || prompt === null) return { from: fromFlag(flags, world), resolve: closing, kind };
  for (let text = 'Tickets from when on: now, all, or a time like 2026-03-01T00:00:00Z [now]'; ;) {
    const from = startPoint(await prompt.ask(text), world.now());
    if (from !== null) return { from, resolve: closing, kind };
    text = 'That is no time. now, all, or a time like 2026-03-01T00:00:00Z [now]';
  }
}

function fromFlag({ from = 'now' }: InitFlags, world: World): string {
  const point = startPoint(from, world.now());
  if (point !== null) return point;
  throw new UsageError(`--from is "now", "all" or a time like 2026-03-01T00:00:00Z, not "${from}".`);
}

/** ISO 8601 or `all`; null for what is neither a time nor a word we know. */
function startPoint(said: string, now: number): string | null {
  // ServiceNow and Salesforce date tickets by the whole second: one made in this very second is meant, too.
  if (said === '' || said === 'now') return new Date(now - (now % 1000)).toISOString();
  if (said === 'all') return said;
  const at = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function mappingFile({ folder, env }: World): string {
  return resolve(folder, env['CASEBRIDGE_CONFIG'] ?? 'casebridge.config.ts');
}

async function tellWritten({ out, world }: Session, mapping: Written): Promise<void> {
  const file = relative(world.folder, mappingFile(world));
  if (out.json) await out.line({ written: ['.env', ...(mapping === 'kept' ? [] : [file])] });
  out.note(
    mapping === 'kept'
      ? `Written: .env. ${file} has lines of its own and was left as it is; set sync.from and resolve there.`
      : `Written: .env and ${file}.`,
  );
}
