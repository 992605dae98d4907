import type { Command } from 'commander';
import type { Settings } from '../../config/settings.ts';
import type { DeskDoctor } from '../../connectors/desk-doctor.ts';
import type { Side } from '../../core/side.ts';
import type { CasebridgeConfig } from '../../mapping/define-config.ts';
import { counted, sideNames } from '../../observability/words.ts';
import type { Store } from '../../store/store.ts';
import { act, command } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { allSettings, mappingOf, type Session, withStore } from '../session.ts';
import type { World } from '../world.ts';
import { type Check, checkText, exitOf, failed } from './doctor/check.ts';
import { type DeskReport, examineDesk } from './doctor/desk.ts';
import { type FixFlags, type FixTask, fixSalesforce, printScript } from './doctor/fix.ts';
import { mappingChecks } from './doctor/mapping.ts';
import { objectOn, peopleOn, wantedOn } from './doctor/wanted.ts';

export function doctorCommand(world: World): Command {
  return command('doctor', 'look at settings, database, logins, rights and fields of both sides; writes no ticket', {
    examples: [
      'doctor',
      'doctor --json',
      'doctor --fix --admin',
      'doctor --servicenow-script casebridge-roles.js',
      'doctor --demo',
    ],
    exits: [0, 1, 2, 3, 4, 5, 130],
  })
    .option('--fix', 'make what Salesforce lacks (fields, permission set), and print the script for ServiceNow')
    .option('--yes', 'with --fix: agree to the plan')
    .option('--admin', 'with --fix: an administrator logs in to Salesforce in the browser, for this run alone')
    .option('--port <port>', 'with --admin: where the browser comes back to', '8485')
    .option('--servicenow-script [file]', 'print the script that gives our ServiceNow user its rights, or write it')
    .action((flags: FixFlags) => act(world, flags, (session) => runDoctor(session, flags)));
}

/** The migration does without where the extension is not to be had, or may not be created by the role that migrates. */
const titleIndexCheck: Check = {
  where: 'casebridge',
  check: 'search',
  state: 'note',
  what: 'the database has no index over titles (the extension pg_trgm was missing when its tables were made), so the search for a part of a title reads every link',
  cure: 'as a role that may, run CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX links_title_idx ON links USING gin (title gin_trgm_ops)',
};

type Tell = (check: Check) => Promise<void>;

/** One line per check, as it is made; what is wrong comes with its cure. */
export async function runDoctor(session: Session, flags: FixFlags = {}): Promise<ExitCode> {
  const { out } = session;
  const checks: Check[] = [];
  const tell: Tell = async (check) => {
    checks.push(check);
    if (out.json)
      await out.line({
        number: checks.length,
        where: check.where,
        check: check.check,
        state: check.state,
        what: check.what,
        cure: check.cure ?? null,
      });
    else await out.text(checkText(check, checks.length));
  };
  const settings = allSettings(session);
  const config = await mappingOf(session, settings);
  if (flags.servicenowScript === true && flags.fix !== true) {
    await scriptAlone({ session, flags, settings, config });
    return exitCodes.done;
  }
  const pairs = counted(config.pairs.length, 'pair');
  await tell({
    where: 'casebridge',
    check: 'settings',
    state: 'ok',
    what: `settings and mapping file can be read, ${pairs}`,
  });
  const look = async (store: Store | null): Promise<void> => {
    await mend({ session, flags, settings, config, store });
    await examineBoth(settings, config, store, tell);
  };
  const reached = await withDatabase(session, tell, look);
  if (!reached) await look(null);
  const wrong = checks.filter(({ state }) => state === 'wrong').length;
  const unknown = checks.filter(({ state }) => state === 'unknown').length;
  out.note(
    `${wrong === 0 ? 'Nothing is wrong' : `${counted(wrong, 'thing')} to mend`}, ${unknown} that cannot be told.`,
  );
  return exitOf(checks);
}

/** The script and nothing else, to be sent into a file. */
async function scriptAlone(task: Omit<FixTask, 'doctors' | 'store'>): Promise<void> {
  const print = (store: Store | null): Promise<void> => mend({ ...task, store });
  const reached = await withDatabase(task.session, async () => undefined, print);
  if (!reached) await print(null);
}

/** What is asked for beside the checks, before them, so that they tell what became of it. */
async function mend(task: Omit<FixTask, 'doctors'>): Promise<void> {
  const { flags } = task;
  if (flags.fix !== true && flags.servicenowScript === undefined) return;
  const { openDoctors, openDoors } = await import('../../doctors.ts');
  const doors = await openDoors(task.settings, task.store);
  try {
    const full = { ...task, doctors: openDoctors(task.settings, task.store, doors.gates) };
    await printScript(full);
    if (flags.fix === true) await fixSalesforce(full);
  } finally {
    await doors.close();
  }
}

/** False if there is no database to work with; that is a line of its own, and the sides are asked all the same. */
async function withDatabase(session: Session, tell: Tell, use: (store: Store) => Promise<void>): Promise<boolean> {
  let opened = false;
  try {
    await withStore(session, async (store) => {
      await store.ping();
      opened = true;
      await tell({
        where: 'casebridge',
        check: 'database',
        state: 'ok',
        what: 'the database answers and its tables are up to date',
      });
      if ((await store.hasTitleIndex?.()) === false) await tell(titleIndexCheck);
      await use(store);
    });
  } catch (error) {
    if (opened) throw error;
    await tell(failed('casebridge', 'database', error, true));
  }
  return opened;
}

async function examineBoth(
  settings: Settings,
  config: CasebridgeConfig,
  store: Store | null,
  tell: Tell,
): Promise<void> {
  // Loaded here: the connectors are heavy, and `--help` needs none of them.
  const { openDoctors, openDoors } = await import('../../doctors.ts');
  const doors = await openDoors(settings, store);
  try {
    await examineThrough(openDoctors(settings, store, doors.gates), settings, config, store, tell);
  } finally {
    await doors.close();
  }
}

async function examineThrough(
  doctors: Readonly<Record<Side, DeskDoctor>>,
  settings: Settings,
  config: CasebridgeConfig,
  store: Store | null,
  tell: Tell,
): Promise<void> {
  const examine = async (side: Side): Promise<DeskReport> => {
    const report = await examineDesk({
      doctor: doctors[side],
      settings,
      wanted: wantedOn(config, side),
      people: peopleOn(config, side),
      carries: {
        comments: config.pairs.some(({ comments }) => comments !== undefined),
        files: config.pairs.some(({ files }) => files !== undefined),
      },
      tell,
    });
    if (store !== null) await checkIdentity(side, report, store, tell);
    return report;
  };
  const reports = { servicenow: await examine('servicenow'), salesforce: await examine('salesforce') };
  for (const pair of config.pairs) {
    const servicenow = reports.servicenow.objects.get(objectOn(pair, 'servicenow')) ?? null;
    const salesforce = reports.salesforce.objects.get(objectOn(pair, 'salesforce')) ?? null;
    for (const check of mappingChecks(pair, { servicenow, salesforce })) await tell(check);
  }
}

/** A clone or a refreshed sandbox has another identity: links kept for the one must not be used on the other. */
async function checkIdentity(side: Side, { identity }: DeskReport, store: Store, tell: Tell): Promise<void> {
  if (identity === null) return undefined;
  const line = { where: side, check: 'identity' } as const;
  const known = await store.transaction((tx) => tx.identity(side));
  const who = `${identity.instance}${identity.user === null ? '' : `, as ${identity.user}`}`;
  if (known !== null && known !== identity.instance) {
    const what = `${sideNames[side]} is ${identity.instance}, and the links in the database were made with ${known}`;
    const cure = 'point the settings at that one, or take a new database for this one';
    return tell({ ...line, state: 'wrong', what, cure });
  }
  return tell({ ...line, state: 'ok', what: known === null ? who : `${who}, the one our links were made with` });
}
