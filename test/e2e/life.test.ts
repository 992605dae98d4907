import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../../src/core/link.ts';
import { otherSide, type Side, sides } from '../../src/core/side.ts';
import type { DeskRow } from '../../src/sandbox/sandbox.ts';
import { newDatabase, storeOn } from '../support/database.ts';
import { createRealCli, type Desks, type RealCli, settingsFor, startDesks } from '../cli/real-desks.ts';

/** Real commands, real connectors, both local desks over HTTP: what happens when people delete, merge and restore tickets. */
interface Story {
  readonly desks: Desks;
  readonly cli: RealCli;
  /** A ticket born on a side, in step with its twin. */
  born(side: Side, title?: string): Promise<Link>;
  links(): Promise<readonly Link[]>;
  link(id: string): Promise<Link>;
  /** Queues the link, as a stream of deletions does, and brings everything into step. */
  look(link: Link): Promise<Link>;
  sync(...flags: readonly string[]): Promise<number | null>;
  ticket(side: Side, link: Link): DeskRow | null;
  notices(side: Side, link: Link): number;
}

const objects = { servicenow: 'incident', salesforce: 'Case' } as const;
const people = { servicenow: 'david.loo', salesforce: 'ada@sandbox.example' } as const;
const source = JSON.stringify(join(import.meta.dirname, '../../src/mapping/default-config.ts'));

async function story(parts = ''): Promise<Story> {
  const desks = await startDesks();
  const mapping = `import { defaultPair } from ${source};
export default { pairs: [{ ...defaultPair, sync: { from: 'all' }, resolve: { closeCode: 'Solution provided', closeNotes: 'Closed in Salesforce.' }, ${parts} }] };
`;
  const database = await newDatabase();
  const store = await storeOn(database);
  onTestFinished(async () => {
    await store.close();
    await database.drop();
  });
  const cli = createRealCli({ env: { ...settingsFor(desks), DATABASE_URL: database.url }, mapping, store });
  const links = () => cli.store.transaction((tx) => tx.findLinks({ limit: 200 }));
  const sync = async (...flags: readonly string[]) => (await cli.run('sync', '--once', ...flags)).code;
  const link = async (id: string): Promise<Link> => {
    const [found] = await cli.store.transaction((tx) => tx.linksById([id]));
    if (found === undefined) throw new Error(`no link ${id}`);
    return found;
  };
  return {
    desks,
    cli,
    links,
    link,
    sync,
    born: async (side, title = 'Printer on fire') => {
      const fields =
        side === 'servicenow'
          ? { short_description: title, urgency: '2' }
          : { Subject: title, Status: 'New', Priority: 'Medium', Origin: 'Web' };
      const { id } = desks[side].desk.create(objects[side], fields, people[side]);
      await sync();
      const found = (await links()).find((one) => one.ids[side] === id);
      if (found === undefined) throw new Error(`${id} was not linked`);
      return found;
    },
    look: async (one) => {
      await cli.store.transaction((tx) => tx.enqueue([{ kind: 'link', linkId: one.id }]));
      await sync();
      return link(one.id);
    },
    ticket: (side, one) => desks[side].desk.row(objects[side], one.ids[side]),
    notices: (side, one) => {
      const rows =
        side === 'servicenow'
          ? desks.servicenow.desk
              .rows('sys_journal_field')
              .filter((row) => row.fields['element_id'] === one.ids.servicenow)
          : desks.salesforce.desk.rows('CaseComment').filter((row) => row.fields['ParentId'] === one.ids.salesforce);
      const isNotice = (row: DeskRow): boolean =>
        /no longer kept in step/.test(String(row.fields['value'] ?? row.fields['CommentBody'])) &&
        (row.fields['element'] ?? 'work_notes') === 'work_notes' &&
        row.fields['IsPublished'] !== true;
      return rows.filter(isNotice).length;
    },
  };
}

function restore({ desks }: Story, side: Side, link: Link): void {
  if (side === 'servicenow') desks.servicenow.restore(link.ids.servicenow);
  else desks.salesforce.recycleBin.undelete(link.ids.salesforce);
}

describe.each(sides)('a ticket deleted on %s', { timeout: 60_000 }, (gone) => {
  const left = otherSide(gone);

  it('is told of across by an internal comment, and taken up again when it is restored', async () => {
    const tale = await story();
    const link = await tale.born(gone);
    tale.desks[gone].desk.remove(objects[gone], link.ids[gone], people[gone]);
    expect(await tale.look(link)).toMatchObject({
      status: 'detached',
      life: { kind: 'deleted', side: gone, by: gone === 'salesforce' ? 'is-deleted' : 'delete-log', done: 'told' },
    });
    expect(tale.notices(left, link)).toBe(1);
    await tale.look(link);
    expect(tale.notices(left, link)).toBe(1);

    restore(tale, gone, link);
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'synced', life: null });
  });

  it('is heard of by the next poll, without anybody looking at it', async () => {
    const tale = await story();
    const link = await tale.born(left);
    tale.desks[gone].desk.remove(objects[gone], link.ids[gone], people[gone]);
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'detached', life: { kind: 'deleted', side: gone } });
  });

  it('closes the other one under `close`, and opens it again when it is restored', async () => {
    const tale = await story(`life: { deleted: 'close' }`);
    const link = await tale.born(gone);
    tale.desks[gone].desk.remove(objects[gone], link.ids[gone], people[gone]);
    expect(await tale.look(link)).toMatchObject({ status: 'detached', life: { done: 'closed' } });
    expect(tale.ticket(left, link)?.fields).toMatchObject(
      left === 'servicenow' ? { state: '6', close_code: 'Solution provided' } : { Status: 'Closed' },
    );
    restore(tale, gone, link);
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'synced', life: null });
    // A resolved incident is opened again as New: no work had begun on it.
    expect(tale.ticket(left, link)?.fields).toMatchObject(left === 'servicenow' ? { state: '1' } : { Status: 'New' });
  });

  it('takes the other one with it under `delete`, and stays alone when it is restored', async () => {
    const tale = await story(`life: { deleted: 'delete' }`);
    const link = await tale.born(gone);
    tale.desks[gone].desk.remove(objects[gone], link.ids[gone], people[gone]);
    expect(await tale.look(link)).toMatchObject({ status: 'detached', life: { done: 'deleted' } });
    expect(tale.ticket(left, link)).toBeNull();
    expect(await tale.cli.store.admin?.recentAudit(1)).toMatchObject([
      { actor: 'casebridge', action: 'ticket.delete', target: link.id, detail: { side: left } },
    ]);
    restore(tale, gone, link);
    await tale.sync();
    expect(tale.ticket(gone, link)).not.toBeNull();
    expect(tale.ticket(left, link)).toBeNull();
  });

  it('is passed over in silence under `ignore`', async () => {
    const tale = await story(`life: { deleted: 'ignore' }`);
    const link = await tale.born(gone);
    tale.desks[gone].desk.remove(objects[gone], link.ids[gone], people[gone]);
    expect(await tale.look(link)).toMatchObject({ status: 'detached', life: { done: 'nothing' } });
    expect(tale.notices(left, link)).toBe(0);
    expect(tale.ticket(left, link)).not.toBeNull();
  });

  it('is only missing where our user may not see how it went', async () => {
    const tale = await story();
    await tale.born(left, 'Another one');
    const link = await tale.born(gone);
    if (gone === 'servicenow') tale.desks.servicenow.rights.change('casebridge', { metadata: false });
    tale.desks[gone].desk.remove(objects[gone], link.ids[gone], people[gone]);
    if (gone === 'salesforce') tale.desks.salesforce.recycleBin.empty();
    expect(await tale.look(link)).toMatchObject({ status: 'quarantined', life: { kind: 'missing', side: gone } });
    expect(tale.notices(left, link)).toBe(0);
    expect((await tale.cli.run('quarantine', 'list')).stdout).toContain('Nothing is done about it');
    expect((await tale.cli.run('links', 'show', link.id)).stdout).toContain('not shown by');
  });
});

describe('a merged Case', { timeout: 60_000 }, () => {
  const web = `scope: { salesforce: { field: 'Origin', is: 'Web' } },`;
  const aMaster = ({ desks }: Story): DeskRow =>
    desks.salesforce.desk.create(
      'Case',
      { Subject: 'What is left', Status: 'New', Priority: 'High', Origin: 'Phone' },
      people.salesforce,
    );

  it('passes its incident on to the Case that is left', async () => {
    const tale = await story(web);
    const master = aMaster(tale);
    const link = await tale.born('salesforce');
    tale.desks.salesforce.merge(link.ids.salesforce, master.id);
    expect(await tale.look(link)).toMatchObject({
      status: 'synced',
      life: null,
      ids: { servicenow: link.ids.servicenow, salesforce: master.id },
    });
    expect(tale.ticket('servicenow', link)?.fields).toMatchObject({ short_description: 'What is left', urgency: '1' });
  });

  it('parts from its incident, with a notice, where the Case that is left has one', async () => {
    const tale = await story();
    const other = await tale.born('salesforce', 'What is left');
    const link = await tale.born('salesforce');
    tale.desks.salesforce.merge(link.ids.salesforce, other.ids.salesforce);
    expect(await tale.look(link)).toMatchObject({
      status: 'detached',
      life: { kind: 'merged', into: other.ids.salesforce, done: 'told' },
    });
    expect(tale.notices('servicenow', link)).toBe(1);
  });

  it.each([
    ['detach', { done: 'told' }],
    ['close', { done: 'closed' }],
    ['delete', { done: 'deleted' }],
    ['ignore', { done: 'nothing' }],
  ] as const)('ends its link under `%s`', async (rule, life) => {
    const tale = await story(`${web} life: { merged: '${rule}' }`);
    const master = aMaster(tale);
    const link = await tale.born('salesforce');
    tale.desks.salesforce.merge(link.ids.salesforce, master.id);
    expect(await tale.look(link)).toMatchObject({ status: 'detached', life: { kind: 'merged', ...life } });
  });
});

describe.each(sides)('a ticket of %s that leaves the scope', { timeout: 60_000 }, (side) => {
  const scope =
    side === 'servicenow'
      ? `scope: { servicenow: { field: 'urgency', isNot: '3' } },`
      : `scope: { salesforce: { field: 'SuppliedCompany', isNot: 'Internal' } },`;
  const leave = side === 'servicenow' ? { urgency: '3' } : { SuppliedCompany: 'Internal' };
  const comeBack = side === 'servicenow' ? { urgency: '2' } : { SuppliedCompany: null };

  it('is followed by default', async () => {
    const tale = await story(scope);
    const link = await tale.born(side);
    tale.desks[side].desk.edit(objects[side], link.ids[side], leave, people[side]);
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'synced', life: null });
  });

  it.each(['detach', 'close'] as const)('is let go under `%s`, and taken up when it comes back', async (rule) => {
    const tale = await story(`${scope} life: { outOfScope: '${rule}' }`);
    const link = await tale.born(side);
    tale.desks[side].desk.edit(objects[side], link.ids[side], leave, people[side]);
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'detached', life: { kind: 'out-of-scope', side } });
    expect(tale.notices(otherSide(side), link)).toBe(1);
    tale.desks[side].desk.edit(objects[side], link.ids[side], comeBack, people[side]);
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'synced', life: null });
  });

  it('stays away under `backInScope: ignore`', async () => {
    const tale = await story(`${scope} life: { outOfScope: 'detach', backInScope: 'ignore' }`);
    const link = await tale.born(side);
    tale.desks[side].desk.edit(objects[side], link.ids[side], leave, people[side]);
    await tale.sync();
    tale.desks[side].desk.edit(objects[side], link.ids[side], comeBack, people[side]);
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'detached', life: { kind: 'out-of-scope' } });
  });
});

describe('many deletions at once', { timeout: 60_000 }, () => {
  it('stop the pair, say so, and are carried out once a person says yes', async () => {
    const tale = await story(`life: { maxPerRun: 2 }`);
    for (let no = 0; no < 5; no += 1)
      tale.desks.salesforce.desk.create(
        'Case',
        { Subject: `No. ${no}`, Status: 'New', Priority: 'Low', Origin: 'Web' },
        people.salesforce,
      );
    await tale.sync();
    const gone = (await tale.links()).slice(0, 3);
    for (const link of gone) tale.desks.salesforce.desk.remove('Case', link.ids.salesforce, people.salesforce);
    await tale.cli.store.transaction((tx) => tx.enqueue(gone.map(({ id }) => ({ kind: 'link', linkId: id }))));
    expect(await tale.sync()).toBe(1);
    expect((await tale.links()).map(({ status }) => status)).not.toContain('detached');

    const { code, stdout } = await tale.cli.run('pairs', 'list');
    expect(code).toBe(1);
    expect(stdout).toContain('3 tickets deleted, merged or out of scope at once, more than 2');
    expect((await tale.cli.run('status')).stdout).toContain('pairs resume incident-case --yes');

    await tale.cli.run('pairs', 'resume', 'incident-case', '--yes');
    await tale.sync();
    expect((await tale.links()).filter(({ status }) => status === 'detached')).toHaveLength(3);
    expect((await tale.cli.run('pairs', 'list')).code).toBe(0);
  });

  it('of nobody: a side that hides everything stops the pair, and nothing is let go', async () => {
    const tale = await story();
    const link = await tale.born('servicenow', 'No. 1');
    for (const title of ['No. 2', 'No. 3', 'No. 4']) await tale.born('servicenow', title);
    tale.desks.servicenow.rights.change('casebridge', {
      hiddenRows: tale.desks.servicenow.desk.rows('incident').map(({ id }) => id),
    });
    await tale.look(link);
    expect((await tale.cli.run('pairs', 'list')).stdout).toContain(
      'ServiceNow shows our user none of its linked tickets',
    );
    expect((await tale.links()).map(({ status }) => status)).not.toContain('detached');

    tale.desks.servicenow.rights.change('casebridge', { hiddenRows: [] });
    await tale.cli.run('pairs', 'resume', 'incident-case');
    await tale.sync();
    expect((await tale.links()).every(({ status }) => status === 'synced')).toBe(true);
  });
});

describe('a cloned instance', { timeout: 60_000 }, () => {
  it('with the same data and another id stops every pair before anything is written', async () => {
    const tale = await story();
    const link = await tale.born('servicenow');
    const [property] = tale.desks.servicenow.desk
      .rows('sys_properties')
      .filter((row) => row.fields['name'] === 'instance_id');
    tale.desks.servicenow.desk.edit('sys_properties', property?.id ?? '', { value: 'f'.repeat(32) }, 'admin');
    tale.desks.servicenow.desk.edit('incident', link.ids.servicenow, { urgency: '1' }, people.servicenow);
    const before = tale.ticket('salesforce', link)?.fields['Priority'];
    tale.desks.servicenow.forgetCalls();
    expect(await tale.sync()).toBe(1);
    expect(tale.ticket('salesforce', link)?.fields['Priority']).toBe(before);
    expect((await tale.cli.run('status')).stdout).toContain(
      'another instance answers than the one its links were made with',
    );

    const refused = await tale.cli.run('pairs', 'resume', 'incident-case');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--accept-instance') });
    await tale.cli.run('pairs', 'resume', 'incident-case', '--accept-instance');
    expect(await tale.sync()).toBe(0);
    expect(tale.ticket('salesforce', link)?.fields['Priority']).toBe('High');
  });
});

describe('two tickets that a person pairs', { timeout: 60_000 }, () => {
  const later = `scope: { servicenow: { field: 'urgency', is: '1' }, salesforce: { field: 'Priority', is: 'High' } }`;
  const two = ({ desks }: Story) => ({
    incident: desks.servicenow.desk.create(
      'incident',
      { short_description: 'Printer', urgency: '2' },
      people.servicenow,
    ),
    one: desks.salesforce.desk.create(
      'Case',
      { Subject: 'Printer on fire', Status: 'New', Priority: 'Medium', Origin: 'Web' },
      people.salesforce,
    ),
  });

  it('go together from then on, by id or number; a dry run and a second try change nothing', async () => {
    const tale = await story(later);
    const { incident, one } = two(tale);
    await tale.sync();
    expect(await tale.links()).toEqual([]);

    const asked = ['links', 'relink', '--servicenow', incident.number, '--salesforce', one.id] as const;
    expect(await tale.cli.run(...asked, '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('They differ in Short description'),
    });
    expect(await tale.links()).toEqual([]);
    expect(await tale.cli.run(...asked)).toMatchObject({ code: 0 });
    await tale.sync();
    const [link] = await tale.links();
    expect(link).toMatchObject({ status: 'synced', ids: { servicenow: incident.id, salesforce: one.id } });
    const audit = await tale.cli.store.admin?.recentAudit(5);
    expect(audit).toMatchObject([{ action: 'link.by-hand', target: link?.id }]);

    expect(await tale.cli.run(...asked)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is paired already'),
    });
    expect(await tale.cli.run('links', 'unlink', incident.number, '--dry-run')).toMatchObject({ code: 0 });
    expect((await tale.links())[0]?.status).toBe('synced');
  });

  it('must be there, and say so where one is not', async () => {
    const tale = await story(later);
    const { incident, one } = two(tale);
    tale.desks.salesforce.desk.remove('Case', one.id, people.salesforce);
    expect(await tale.cli.run('links', 'relink', '--servicenow', incident.id, '--salesforce', one.id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it was deleted'),
    });
    expect(await tale.cli.run('links', 'relink', '--servicenow', incident.id)).toMatchObject({ code: 2 });
  });

  it('are not paired by us where two Cases claim one incident: both are named', async () => {
    const tale = await story();
    const { incident } = two(tale);
    const claims = ['First', 'Second'].map((Subject) =>
      tale.desks.salesforce.desk.create(
        'Case',
        { Subject, Status: 'New', Priority: 'Low', Origin: 'Web' },
        people.salesforce,
      ),
    );
    // A unique field lets only one Case carry it; the other one is named by the incident itself.
    tale.desks.salesforce.desk.edit('Case', claims[0]?.id ?? '', { ServiceNow_Id__c: incident.id }, people.salesforce);
    tale.desks.servicenow.desk.edit(
      'incident',
      incident.id,
      { correlation_id: claims[1]?.id ?? '', correlation_display: 'Salesforce' },
      people.servicenow,
    );
    await tale.sync();
    const { stdout } = await tale.cli.run('quarantine', 'list');
    for (const { number } of claims) expect(stdout).toContain(number);
  });
});

describe('automation of the desk', { timeout: 60_000 }, () => {
  it('that silently keeps its own value is noticed, reported, and tried again when the record changes', async () => {
    const tale = await story();
    const link = await tale.born('salesforce');
    Object.assign(tale.desks.servicenow.automation, { ignored: ['incident.urgency *>1'] });
    tale.desks.salesforce.desk.edit('Case', link.ids.salesforce, { Priority: 'High' }, people.salesforce);
    await tale.sync();
    expect((await tale.link(link.id)).holds).toMatchObject([
      { field: 'urgency', reason: { kind: 'refused', value: '1' } },
    ]);
    expect((await tale.cli.run('links', 'show', link.id)).stdout).toContain('ServiceNow keeps another Urgency than');
    expect((await tale.cli.run('status')).stdout).toContain('1 with a field that a desk keeps as it was');

    await tale.sync();
    Object.assign(tale.desks.servicenow.automation, { ignored: [] });
    tale.desks.servicenow.desk.edit('incident', link.ids.servicenow, { description: 'Mended.' }, people.servicenow);
    await tale.sync();
    expect(tale.ticket('servicenow', link)?.fields['urgency']).toBe('1');
    expect((await tale.link(link.id)).holds).toEqual([]);
  });

  it('that changes a value back again and again is not fought over; a person releases the field', async () => {
    const tale = await story();
    const link = await tale.born('salesforce');
    const fight = async (): Promise<void> => {
      tale.desks.servicenow.desk.edit('incident', link.ids.servicenow, { urgency: '1', state: '2' }, people.servicenow);
      await tale.sync();
      tale.desks.salesforce.desk.edit(
        'Case',
        link.ids.salesforce,
        { Priority: 'Low', Status: 'New' },
        people.salesforce,
      );
      await tale.sync();
    };
    for (let rounds = 0; rounds < 4; rounds += 1) await fight();
    const held = await tale.link(link.id);
    expect(held.holds.map(({ field, reason }) => `${field} ${reason.kind}`).toSorted()).toEqual([
      'state bouncing',
      'urgency bouncing',
    ]);
    expect(held.status).toBe('conflict');
    const writes = tale.desks.servicenow.calls().filter(({ method }) => method === 'PATCH').length;
    await fight();
    expect(tale.desks.servicenow.calls().filter(({ method }) => method === 'PATCH')).toHaveLength(writes);
    expect((await tale.cli.run('links', 'show', link.id)).stdout).toContain('was changed back 3 times in a row');

    const conflicts = await tale.cli.store.transaction((tx) => tx.listConflicts({ all: false, limit: 10 }));
    expect(conflicts.map(({ field }) => field).toSorted()).toEqual(['state', 'urgency']);
    for (const { id } of conflicts) await tale.cli.run('conflicts', 'resolve', id, '--take', 'salesforce');
    await tale.sync();
    expect(await tale.link(link.id)).toMatchObject({ status: 'synced', holds: [] });
    expect(tale.ticket('servicenow', link)?.fields).toMatchObject({ urgency: '3', state: '1' });
    tale.desks.salesforce.desk.edit('Case', link.ids.salesforce, { Priority: 'High' }, people.salesforce);
    await tale.sync();
    expect(tale.ticket('servicenow', link)?.fields['urgency']).toBe('1');
  });

  it('that takes an incident off hold when its caller answers is followed, not fought over', async () => {
    const waiting = `fields: defaultPair.fields.map((field) => field.servicenow !== 'state' ? field : { ...field, classes: [
      { servicenow: ['1'], salesforce: ['New'] }, { servicenow: ['2'], salesforce: ['Working'] },
      { servicenow: ['3'], salesforce: ['Escalated'] }, { servicenow: ['6', '7', '8'], salesforce: ['Closed'] } ], resolveClass: 3 }),
      transitions: [{ field: 'state', to: ['3'], set: { hold_reason: '1' } }], comments: {},`;
    const tale = await story(waiting);
    const link = await tale.born('servicenow');
    Object.assign(tale.desks.servicenow.automation, { awaitingCaller: 'anyone' });
    tale.desks.servicenow.desk.edit(
      'incident',
      link.ids.servicenow,
      { state: '3', hold_reason: '1' },
      people.servicenow,
    );
    await tale.sync();
    expect(tale.ticket('salesforce', link)?.fields['Status']).toBe('Escalated');
    tale.desks.salesforce.desk.comment('Case', link.ids.salesforce, 'It burns again.', 'public', people.salesforce);
    await tale.sync();
    await tale.sync();
    expect(tale.ticket('servicenow', link)?.fields['state']).toBe('2');
    expect(tale.ticket('salesforce', link)?.fields['Status']).toBe('Working');
    expect(await tale.link(link.id)).toMatchObject({ status: 'synced', holds: [] });
  });
});
