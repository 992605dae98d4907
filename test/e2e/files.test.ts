import { describe, expect, it } from 'vitest';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { FileInfo } from '../../src/core/children.ts';
import { contentOf } from '../../src/sandbox/content.ts';
import { filesWorld } from './support/files-world.ts';

const log = Buffer.from('08:14 printer reports fire\n08:15 sprinkler on\n');

describe('files between the two desks', { timeout: 60_000 }, () => {
  it('carries an attachment to Salesforce, for the people of the desk alone', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    world.add('servicenow', ids, { name: 'printer.log', type: 'text/plain', content: log });
    world.wait(2000);
    await world.sync();
    expect(world.held('salesforce', ids)).toMatchObject([
      { name: 'printer.log', size: log.length, mark: 'InternalUsers' },
    ]);
    expect(world.held('salesforce', ids)[0]?.bytes().equals(log)).toBe(true);
    await world.sync();
    expect(world.names('servicenow', ids)).toEqual(['printer.log']);
    expect(world.names('salesforce', ids)).toEqual(['printer.log']);
  });

  it('carries a file that customers see in Salesforce to the incident, and keeps an internal one away', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    world.add('salesforce', ids, { name: 'screenshot.png', content: Buffer.alloc(3000, 7) });
    world.add('salesforce', ids, { name: 'margin.xlsx', content: Buffer.alloc(500, 9), shared: false });
    world.wait(2000);
    await world.sync();
    await world.sync();
    expect(world.names('servicenow', ids)).toEqual(['screenshot.png']);
    expect(world.names('salesforce', ids)).toHaveLength(2);
    const withheld = (await world.ledger()).filter((row) => row.state === 'withheld');
    expect(withheld.map((row) => row.detail['why'])).toEqual(['channel']);
  });

  it('leaves an empty file, a huge one and a forbidden one at home, and says so once on the ticket across', async () => {
    const world = await filesWorld({ maxBytes: 10_000 });
    const ids = await world.pair();
    world.add('servicenow', ids, { name: 'empty.txt', content: Buffer.alloc(0) });
    world.add('servicenow', ids, { name: 'core.dump', content: Buffer.alloc(10_001) });
    world.add('servicenow', ids, { name: 'invoice.pdf.exe', content: log });
    world.wait(2000);
    await world.sync();
    await world.sync();
    expect(world.names('salesforce', ids)).toEqual([]);
    const why = (await world.ledger()).map((row) => [row.state, row.detail['why'], row.detail['notice']]);
    expect(why.toSorted(byText)).toEqual([
      ['withheld', 'empty', 'told'],
      ['withheld', 'too-large', 'told'],
      ['withheld', 'type', 'told'],
    ]);
    const comments = world.salesforce.desk
      .rows('CaseComment')
      .map(({ fields }) => [fields['CommentBody'], fields['IsPublished']]);
    expect(comments.toSorted(byText)).toEqual(
      [
        [
          'The file "empty.txt" (0 bytes) was not carried over from ServiceNow: it is empty. It can be opened there.',
          false,
        ],
        [
          'The file "core.dump" (10 kB) was not carried over from ServiceNow: it is larger than the 10 kB that are allowed. It can be opened there.',
          false,
        ],
        [
          'The file "invoice.pdf.exe" (46 bytes) was not carried over from ServiceNow: files of this type are not carried. It can be opened there.',
          false,
        ],
      ].toSorted(byText),
    );
  });

  it('reads nothing of a file that claims a gigabyte', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    const huge = { ...contentOf(log), size: 1_073_741_824 };
    world.add('servicenow', ids, { name: 'disk.img', content: huge });
    world.wait(2000);
    await world.sync();
    expect((await world.ledger()).map((row) => row.detail['why'])).toEqual(['too-large']);
    expect(world.servicenow.calls().filter((call) => call.path.endsWith('/file'))).toEqual([]);
  });

  it('does not store a file whose bytes are not as many as its desk said', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    world.add('servicenow', ids, { name: 'short.log', content: { ...contentOf(log), size: log.length + 10 } });
    world.add('servicenow', ids, { name: 'long.log', content: { ...contentOf(log), size: log.length - 10 } });
    world.add('servicenow', ids, { name: 'other.log', content: { ...contentOf(log), sha256: 'f'.repeat(64) } });
    world.wait(2000);
    for (let look = 0; look < 5; look += 1) {
      await world.sync();
      world.wait(600_000);
    }
    expect(world.names('salesforce', ids)).toEqual([]);
    expect(world.salesforce.desk.rows('ContentVersion')).toEqual([]);
    expect((await world.ledger()).map((row) => [row.state, row.detail['why']])).toEqual([
      ['refused', 'differs'],
      ['refused', 'differs'],
      ['refused', 'differs'],
    ]);
  });

  it('makes hostile names harmless and keeps what they were', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    const names = ['../../etc/passwd', 'a\u0000b.txt', `${'x'.repeat(300)}.log`, 'CON.txt', 'Rechnung‮fdp.txt'];
    names.forEach((name, index) => world.add('servicenow', ids, { name, content: Buffer.from(`content ${index}`) }));
    world.wait(2000);
    await world.sync();
    expect([...world.names('salesforce', ids)].toSorted()).toEqual([
      'Rechnungfdp.txt',
      '_CON.txt',
      'ab.txt',
      'passwd',
      `${'x'.repeat(251)}.log`,
    ]);
    const kept = (await world.ledger()).map((row) => row.detail['name']);
    expect(new Set(kept)).toEqual(new Set([names[0], 'a␀b.txt', ...names.slice(2)]));
  });

  it('drops a file that vanishes between the list and the read, and nothing else', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    const gone = world.add('servicenow', ids, { name: 'gone.txt', content: Buffer.from('x') });
    world.add('servicenow', ids, { name: 'stays.txt', content: log });
    world.wait(2000);
    before(world.systems.servicenow, 'open', (file) => {
      if (file.id === gone) world.servicenow.desk.detach('incident', ids.servicenow, gone, 'beth.anglin');
    });
    await world.sync();
    expect(world.names('salesforce', ids)).toEqual(['stays.txt']);
    expect((await world.ledger()).map((row) => [row.state, row.detail['why']])).toContainEqual([
      'withheld',
      'vanished',
    ]);
    expect(world.salesforce.desk.rows('CaseComment')).toEqual([]);
  });

  it('gets a new token when the one it has ends before a download, and before an upload', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    world.add('servicenow', ids, { name: 'down.txt', content: log });
    world.wait(2000);
    world.servicenow.faults.add({ kind: 'expired-token', path: '/file', times: 1 });
    world.salesforce.faults.add({ kind: 'expired-token', path: '/sobjects/ContentVersion', times: 1 });
    await world.sync();
    expect(world.names('salesforce', ids)).toEqual(['down.txt']);
    expect(world.salesforce.faults.fired['expired-token']).toBe(1);
    expect(world.servicenow.faults.fired['expired-token']).toBe(1);
  });

  it.each(['servicenow', 'salesforce'] as const)(
    'finds what a lost answer left in %s instead of sending it again',
    async (to) => {
      const world = await filesWorld();
      const ids = await world.pair();
      world.add(to === 'servicenow' ? 'salesforce' : 'servicenow', ids, { name: 'lost.txt', content: log });
      world.wait(2000);
      const path = to === 'servicenow' ? '/attachment/file' : '/sobjects/ContentVersion';
      world[to].faults.add({ kind: 'drop-after', path, method: 'POST', times: 1 });
      await world.sync();
      expect((await world.ledger()).map((row) => row.state)).toEqual(['sent']);
      world.wait(80_000);
      await world.sync();
      world.wait(80_000);
      await world.sync();
      expect(world.names(to, ids)).toEqual(['lost.txt']);
      const [row] = await world.ledger();
      expect([row?.state, row?.counterpartId]).toEqual(['carried', world.held(to, ids)[0]?.id]);
      expect(world.salesforce.desk.rows('ContentDocument')).toHaveLength(1);
    },
  );

  it('takes the same content on both sides for one file, and two copies on one side for two', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    world.add('servicenow', ids, { name: 'same.png', content: Buffer.alloc(2000, 1) });
    world.add('salesforce', ids, { name: 'same.png', content: Buffer.alloc(2000, 1) });
    world.add('salesforce', ids, { name: 'not-the-same.png', content: Buffer.alloc(2000, 2) });
    world.add('servicenow', ids, { name: 'not-the-same.png', content: Buffer.alloc(2000, 3) });
    world.add('servicenow', ids, { name: 'twice.txt', content: log });
    world.add('servicenow', ids, { name: 'twice.txt', content: log });
    world.wait(2000);
    await world.sync();
    world.wait(10_000);
    await world.sync();
    world.wait(80_000);
    await world.sync();
    const all = ['not-the-same.png', 'not-the-same.png', 'same.png', 'twice.txt', 'twice.txt'];
    expect([...world.names('servicenow', ids)].toSorted()).toEqual(all);
    expect([...world.names('salesforce', ids)].toSorted()).toEqual(all);
    const rows = await world.ledger();
    expect(rows.map((row) => row.state)).toEqual(rows.map(() => 'carried'));
    expect(new Set(rows.map((row) => row.counterpartId)).size).toBe(5);
  });

  it('waits for a scan to end', async () => {
    const world = await filesWorld();
    world.servicenow.properties.attachmentScanMs = 20_000;
    const ids = await world.pair();
    world.add('servicenow', ids, { name: 'scanned.txt', content: log });
    await world.sync();
    expect(world.names('salesforce', ids)).toEqual([]);
    expect((await world.ledger()).map((row) => row.state)).toEqual(['planned']);
    world.wait(40_000);
    await world.sync();
    world.wait(80_000);
    await world.sync();
    expect(world.names('salesforce', ids)).toEqual(['scanned.txt']);
  });

  it('says on the ticket that the desk across refused a file', async () => {
    const world = await filesWorld();
    world.servicenow.properties.forbiddenExtensions = ['svg'];
    const ids = await world.pair();
    world.add('salesforce', ids, { name: 'logo.svg', content: log });
    world.wait(2000);
    await world.sync();
    await world.sync();
    expect((await world.ledger()).map((row) => [row.state, row.detail['notice']])).toEqual([['refused', 'told']]);
    const notes = world.servicenow.desk
      .rows('sys_journal_field')
      .map(({ fields }) => [fields['element'], fields['value']]);
    expect(notes).toEqual([
      ['work_notes', expect.stringContaining('The file "logo.svg" (46 bytes) was not carried over')],
    ]);
  });

  it('carries a new version of a Salesforce file as a further file', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    const document = world.add('salesforce', ids, { name: 'plan.txt', content: log });
    world.wait(2000);
    await world.sync();
    world.wait(2000);
    world.salesforce.desk.create(
      'ContentVersion',
      { ContentDocumentId: document, PathOnClient: 'plan.txt', VersionData: Buffer.from('second').toString('base64') },
      'grace hopper',
    );
    world.wait(2000);
    await world.sync();
    expect(world.held('servicenow', ids).map((file) => [file.name, file.size])).toEqual([
      ['plan.txt', log.length],
      ['plan.txt', 6],
    ]);
  });

  it('takes a file off across where the rule says so, at the second look', async () => {
    const world = await filesWorld({ deleted: 'detach' });
    const ids = await world.pair();
    const file = world.add('servicenow', ids, { name: 'secret.txt', content: log });
    world.wait(2000);
    await world.sync();
    world.servicenow.desk.detach('incident', ids.servicenow, file, 'beth.anglin');
    const look = async (): Promise<void> => {
      world.servicenow.desk.edit('incident', ids.servicenow, { description: String(world.clock.now()) }, 'beth.anglin');
      world.wait(2000);
      await world.sync();
    };
    await look();
    expect(world.names('salesforce', ids)).toEqual(['secret.txt']);
    world.wait(660_000);
    await look();
    expect(world.names('salesforce', ids)).toEqual([]);
  });
});

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Runs `act` just before a call to a desk's files. */
function before(system: TicketSystem, _call: 'open', act: (file: FileInfo) => void): void {
  const { children } = system;
  if (children === undefined) throw new Error('this desk has no files');
  const { open } = children;
  Object.assign(children, {
    open: (file: FileInfo, signal?: AbortSignal) => {
      act(file);
      return open.call(children, file, signal);
    },
  });
}
