import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import type { StoredToken } from '../../../connectors/credentials.ts';
import type { DeskDoctor } from '../../../connectors/desk-doctor.ts';
import { ConnectorError } from '../../../connectors/errors.ts';
import type { SetupStep, WantedObject } from '../../../connectors/salesforce/setup-plan.ts';
import type { SalesforceSetup } from '../../../connectors/salesforce/setup.ts';
import type { Side } from '../../../core/side.ts';
import type { CasebridgeConfig } from '../../../mapping/define-config.ts';
import type { Store } from '../../../store/store.ts';
import { reportError } from '../../report-error.ts';
import type { Flags, Session } from '../../session.ts';
import { login } from '../auth.ts';
import { promptFor } from '../init/prompt.ts';
import { stepWords } from './fix-words.ts';
import { servicenowScript } from './servicenow-script.ts';
import { peopleOn, wantedOn } from './wanted.ts';

export interface FixFlags extends Flags {
  readonly fix?: boolean;
  readonly yes?: boolean;
  /** An administrator logs in to Salesforce in the browser; the token is used for this run and kept nowhere. */
  readonly admin?: boolean;
  readonly port?: string;
  readonly servicenowScript?: string | true;
}

export interface FixTask {
  readonly session: Session;
  readonly flags: FixFlags;
  readonly settings: Settings;
  readonly config: CasebridgeConfig;
  readonly store: Store | null;
  readonly doctors: Readonly<Record<Side, DeskDoctor>>;
}

/** Makes what Salesforce lacks, after showing it and asking. Failures are told, and the checks that follow tell the rest. */
export async function fixSalesforce(task: FixTask): Promise<void> {
  const { session, flags, settings, store } = task;
  const { out } = session;
  const { openSalesforceSetup } = await import('../../../doctors.ts');
  // Whom it is for is asked by our own login, not by the administrator's.
  const user = await task.doctors.salesforce.identity().then(
    (identity) => identity.user,
    () => null,
  );
  const token = flags.admin === true ? await adminToken(task) : null;
  const setup = openSalesforceSetup(settings, store, token);
  try {
    const steps = await planned(task, setup, user);
    if (steps === null) return;
    for (const step of steps) {
      if (out.json) await out.line({ fix: 'salesforce', step: stepWords(step) });
      else await out.text(`plan  Salesforce  ${stepWords(step)}.`);
    }
    if (steps.length === 0) out.note('Salesforce lacks nothing that can be made here.');
    else if (await agreed(task)) for (const step of steps) await doStep(task, setup, step, user);
  } finally {
    setup.close();
  }
}

async function adminToken({ session, settings, flags }: FixTask): Promise<StoredToken> {
  session.out.note('An administrator of the org logs in now; the token is used for this run and kept nowhere.');
  return login(session, settings, 'salesforce', {
    port: flags.port ?? '8485',
    printUrl: !session.world.terminal,
  });
}

/** Null where it could not be looked at, which has been told. */
async function planned(
  { session, config, flags }: FixTask,
  setup: SalesforceSetup,
  user: string | null,
): Promise<readonly SetupStep[] | null> {
  const { planSetup } = await import('../../../connectors/salesforce/setup-plan.ts');
  const wanted = objectsOf(config);
  try {
    return planSetup(wanted, await setup.look(wanted, user));
  } catch (error) {
    const rights = error instanceof ConnectorError && error.data.cause === 'no-rights' && flags.admin !== true;
    session.out.note(
      rights
        ? 'Our user may not change the set-up of Salesforce, and need not: run "casebridge doctor --fix --admin", with which an administrator logs in for this one run.'
        : `Salesforce was left as it is: ${reportError(error).text}`,
    );
    return null;
  }
}

function objectsOf(config: CasebridgeConfig): readonly WantedObject[] {
  const tickets = wantedOn(config, 'salesforce').map(({ object, fields, written }): WantedObject => ({
    object,
    fields: fields.filter((name) => /^\w+$/.test(name)).map((name) => ({ name, written: written.includes(name) })),
    tickets: true,
  }));
  // Users and queues are for everybody to read; only objects that rights apply to can stand in a permission set.
  const people = peopleOn(config, 'salesforce').filter((object) => object === 'Contact' || object.endsWith('__c'));
  return [...tickets, ...people.map((object): WantedObject => ({ object, fields: [], tickets: false }))];
}

async function agreed({ session, flags }: FixTask): Promise<boolean> {
  if (flags.yes === true) return true;
  const { out, world } = session;
  const prompt = promptFor(world, 'Nobody agreed to the plan; --yes agrees to it.');
  try {
    const said = await prompt.ask('Do this in Salesforce (yes, no) [no]');
    if (/^y(es)?$/i.test(said)) return true;
    out.note('Nothing was changed.');
    return false;
  } finally {
    prompt.close();
  }
}

async function doStep(
  { session: { out } }: FixTask,
  setup: SalesforceSetup,
  step: SetupStep,
  user: string | null,
): Promise<void> {
  let trouble: string | null = null;
  try {
    await setup.apply(step, user);
  } catch (error) {
    trouble = reportError(error).text;
  }
  if (out.json) await out.line({ fix: 'salesforce', step: stepWords(step), done: trouble === null, trouble });
  else
    await out.text(
      trouble === null ? `done  Salesforce  ${stepWords(step)}.` : `BAD   Salesforce  ${stepWords(step)}: ${trouble}`,
    );
}

/** Prints the script that an administrator of ServiceNow runs, or writes it into the file that is named. */
export async function printScript({ session, flags, settings, config, doctors }: FixTask): Promise<void> {
  const { out, world } = session;
  const { auth } = settings.servicenow;
  const told = await doctors.servicenow.identity().then(
    (identity) => identity.user,
    () => null,
  );
  const named = auth.kind === 'password' ? auth.username : auth.kind === 'jwt_bearer' ? auth.subject : null;
  const incidents = config.pairs.some(({ servicenow }) => servicenow.table === 'incident');
  const script = servicenowScript({
    user: told ?? named ?? 'casebridge',
    browserLogin: auth.kind === 'authorization_code',
    roles: [...(incidents ? ['sn_incident_read', 'sn_incident_write'] : []), 'snc_platform_rest_api_access'],
    history: config.pairs.some(({ conflict = 'latest' }) => conflict === 'latest'),
  });
  if (typeof flags.servicenowScript === 'string') {
    const file = resolve(world.folder, flags.servicenowScript);
    await writeFile(file, script);
    if (out.json) await out.line({ fix: 'servicenow', script: file });
    out.note(`Written: ${file}, a script for an administrator of ServiceNow to read and run (docs/servicenow.md).`);
  } else if (out.json) await out.line({ fix: 'servicenow', script });
  else await out.text(script);
}
