import { ConnectorError } from '../../../connectors/errors.ts';
import type { DeskDoctor, Sight } from '../../../connectors/desk-doctor.ts';
import type { Check } from './check.ts';
import { batchCheck, callsCheck, journalCheck, sightChecks } from './sights.ts';
import { attempt, type DeskTask } from './task.ts';

/** Everything that is wanted of a side beside its tickets: what hangs on them, people, calls, and rights that are too many. */
export async function examineBeside(task: DeskTask): Promise<void> {
  const { doctor, settings, tell } = task;
  const { side } = doctor;
  for (const [index, { object }] of task.wanted.entries()) await examineSights(task, object, index > 0);
  await examineCreates(task);
  for (const object of task.people) await examinePeople(task, object);
  const mayBatch = await attempt(task, 'batch', () => doctor.mayBatch());
  if (mayBatch !== null) await tell(batchCheck(side, mayBatch));
  const limit = await attempt(task, 'api-calls', async () => ({ calls: await doctor.callLimit() }));
  if (limit !== null) await tell(callsCheck(side, limit.calls, settings.salesforce.dailyCallsShare));
  if (side === 'servicenow' && settings.servicenow.auth.kind === 'authorization_code') await examineTokens(task);
  const isAdministrator = await attempt(task, 'surplus', () => doctor.isAdministrator());
  if (isAdministrator === true) await tell(surplus(doctor));
  if (side === 'salesforce') await tell(assignmentNote);
}

async function examineSights(task: DeskTask, object: string, further: boolean): Promise<void> {
  const { doctor, tell } = task;
  const sights = await attempt(task, 'rights', () => doctor.look(object));
  // A canary: what a person sees of the journals is held against the rows that are shown to us.
  const journal = further
    ? null
    : await attempt(task, 'comments', async () => (await doctor.journal?.(object)) ?? null);
  if (sights === null) return;
  for (const check of sightChecks(doctor.side, object, sights, further)) {
    await tell(journal !== null && check.check === 'comments' ? journalCheck(journal) : check);
  }
}

/** What Casebridge makes on Salesforce, where describe tells whether it may. ServiceNow shows nobody its create ACLs. */
async function examineCreates(task: DeskTask): Promise<void> {
  const { doctor, tell, carries } = task;
  const line = { where: doctor.side, check: 'create' } as const;
  if (doctor.side === 'servicenow') {
    const what = 'whether our user may create and change records is told by the first one alone';
    const cure = `give it the roles that docs/servicenow.md names${carries.files ? ', and create on sys_attachment' : ''}`;
    return tell({ ...line, state: 'unknown', what, cure });
  }
  const wanted = [
    ...task.wanted.map(({ object }) => object),
    ...(carries.comments ? ['CaseComment'] : []),
    ...(carries.files ? ['ContentVersion'] : []),
  ];
  for (const object of wanted) {
    const may = await attempt(task, 'create', () => doctor.mayCreate(object));
    if (may === true) await tell({ ...line, state: 'ok', what: `${object} may be created` });
    if (may === false) {
      const cure = 'give our user the permission set that "casebridge doctor --fix" makes';
      await tell({ ...line, state: 'wrong', what: `${object} may not be created by our user`, cure });
    }
  }
}

async function examinePeople(task: DeskTask, object: string): Promise<void> {
  const { doctor, tell } = task;
  const line = { where: doctor.side, check: 'people' } as const;
  const sight = await attempt(task, 'people', () => sightOrNone(doctor, object));
  if (sight === null) return;
  if (sight === 'seen') return tell({ ...line, state: 'ok', what: `people and teams can be looked up in ${object}` });
  const cure = `grant our user read on ${object}`;
  if (sight === 'none') {
    const what = `${object} answers without a row, which an empty table and a missing right both do`;
    return tell({ ...line, state: 'unknown', what, cure });
  }
  const what = `nobody can be looked up in ${object}, so fields that name people stay as they are`;
  return tell({ ...line, state: 'wrong', what, cure });
}

/** The browser login keeps its tokens in a table that its person has to reach (KB0725643). */
async function examineTokens(task: DeskTask): Promise<void> {
  const { doctor, tell } = task;
  const sight = await attempt(task, 'oauth', () => sightOrNone(doctor, 'oauth_credential'));
  if (sight === null) return;
  const line = { where: doctor.side, check: 'oauth' } as const;
  if (sight === 'seen') return tell({ ...line, state: 'ok', what: 'our user may read oauth_credential' });
  const what = 'our user is shown no row of oauth_credential, which the browser login needs to read and write';
  const cure = 'on a hardened instance give it a role with those ACLs ("casebridge doctor --servicenow-script")';
  return tell({ ...line, state: sight === 'none' ? 'unknown' : 'note', what, cure });
}

/** A table that is not there for us is as good as one that is refused. */
async function sightOrNone(doctor: DeskDoctor, object: string): Promise<Sight> {
  try {
    return await doctor.sight(object);
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'NotFound') return 'refused';
    throw error;
  }
}

const excess = {
  servicenow: 'an administrator of ServiceNow',
  salesforce: 'allowed to modify all data or the set-up of Salesforce',
} as const;

function surplus({ side }: DeskDoctor): Check {
  return {
    where: side,
    check: 'surplus',
    state: 'note',
    what: `our user is ${excess[side]}, which is far more than it needs`,
    cure: `take that away and give it the rights that docs/${side}.md names`,
  };
}

const assignmentNote: Check = {
  where: 'salesforce',
  check: 'assignment',
  state: 'note',
  what: 'our writes carry Sforce-Auto-Assign: FALSE, so assignment rules do not run on Cases we create; owners are written only where the mapping says so',
};
