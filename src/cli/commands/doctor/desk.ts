import type { Settings } from '../../../config/settings.ts';
import type { DeskDoctor, Login } from '../../../connectors/desk-doctor.ts';
import type { ObjectDescription, SystemIdentity } from '../../../connectors/ticket-system.ts';
import { sideNames } from '../../../observability/words.ts';
import { type Check, failed } from './check.ts';
import { examineBeside } from './beside.ts';
import { attempt, type DeskTask } from './task.ts';
import type { Wanted } from './wanted.ts';

export interface DeskReport {
  /** Null where the side could not be asked at all. */
  readonly identity: SystemIdentity | null;
  readonly objects: ReadonlyMap<string, ObjectDescription>;
}

/** Looks at one side from the door inwards; where the door is shut, the rest is not asked. */
export async function examineDesk(task: DeskTask): Promise<DeskReport> {
  const { doctor, settings, tell } = task;
  const { side } = doctor;
  let login: Login;
  try {
    login = await doctor.login();
  } catch (error) {
    await tell(failed(side, 'login', error, true));
    return { identity: null, objects: new Map() };
  }
  await tell({ where: side, check: 'login', state: 'ok', what: loginWords(settings, doctor, login) });
  await tell(clockCheck(settings, doctor, login));
  const identity = await attempt(task, 'identity', () => doctor.identity());
  const objects = new Map<string, ObjectDescription>();
  for (const wanted of task.wanted) {
    const description = await attempt(task, `${wanted.object}`, () => examineObject(task, wanted));
    if (description !== null) objects.set(wanted.object, description);
  }
  await examineBeside(task);
  return { identity, objects };
}

function loginWords(settings: Settings, { side }: DeskDoctor, login: Login): string {
  const { kind } = settings[side].auth;
  const address = side === 'servicenow' ? settings.servicenow.url : settings.salesforce.loginUrl;
  const life =
    login.expiresAt === null
      ? 'token of a life it does not tell; it is renewed when refused'
      : `token good for ${Math.max(0, Math.round((Date.parse(login.expiresAt) - login.nowMs) / 60_000))} min, renewed by itself`;
  return `${address} lets us in by ${kind}, ${life}`;
}

/** A signed assertion is refused beyond 300 s on ServiceNow (create-jwt-endpoint) and lives 180 s for us. */
const assertionLimitMs = 180_000;
const worthTellingMs = 30_000;

function clockCheck(settings: Settings, { side }: DeskDoctor, { serverNowMs, nowMs }: Login): Check {
  const line = { where: side, check: 'clock' } as const;
  if (serverNowMs === null) return { ...line, state: 'unknown', what: `${sideNames[side]} did not tell its time` };
  const offset = nowMs - serverNowMs;
  const seconds = Math.round(Math.abs(offset) / 1000);
  const what = `our clock is ${seconds} s ${offset < 0 ? 'behind' : 'ahead'}`;
  if (seconds * 1000 <= worthTellingMs) return { ...line, state: 'ok', what: 'both clocks agree' };
  const cure = 'set this machine by NTP';
  if (settings[side].auth.kind === 'jwt_bearer' && seconds * 1000 >= assertionLimitMs) {
    return { ...line, state: 'wrong', what: `${what}, and jwt_bearer logins will be refused`, cure };
  }
  return { ...line, state: 'note', what: `${what}; changes are dated by the servers, so nothing breaks`, cure };
}

async function examineObject(task: DeskTask, wanted: Wanted): Promise<ObjectDescription> {
  const { doctor, tell } = task;
  const where = doctor.side;
  const line = { where, check: 'rights' } as const;
  const description = await doctor.describe(wanted.object);
  const sight = await doctor.tickets(wanted.object, wanted.fields);
  const manual = `give our user the rights that docs/${where}.md names`;
  if (sight.rows === 'refused' || sight.rows === 'hidden') {
    const what = `${wanted.object} ${sight.rows === 'refused' ? 'may not be read' : 'has rows, and none of them is shown to us'}`;
    await tell({ ...line, state: 'wrong', what, cure: manual });
  } else if (sight.hidden.length > 0) {
    const what = `${wanted.object} hides ${sight.hidden.map((name) => `\`${name}\``).join(', ')} from us, or has no such field`;
    await tell({ ...line, state: 'wrong', what, cure: manual });
  } else if (sight.rows === 'none') {
    const what = `${wanted.object} answers without a row, which an empty table and a missing right both do`;
    await tell({ ...line, state: 'unknown', what, cure: 'ask again when there is a ticket' });
  } else {
    await tell({
      ...line,
      state: 'ok',
      what: `${wanted.object} and its ${wanted.fields.length} mapped fields can be read`,
    });
  }
  if (description.fields.every((field) => field.type === 'unknown')) {
    const what = `what may be written on ${wanted.object}, its lengths and choices are not shown to us`;
    await tell({
      where,
      check: 'metadata',
      state: 'unknown',
      what,
      cure: 'grant read on sys_dictionary and sys_choice',
    });
  }
  return description;
}
