import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/connectors/errors.ts';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Channel } from '../../src/core/children.ts';
import type { Side } from '../../src/core/side.ts';
import { filesWorld } from './support/files-world.ts';

type CommentsWorld = Awaited<ReturnType<typeof filesWorld>>;

/** Real support e-mails, those that the demo ships. */
const emails = readFileSync(new URL('../../src/cli/commands/demo/data/comments.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

function say(world: CommentsWorld, side: Side, id: string, text: string, channel: Channel = 'public'): void {
  if (side === 'servicenow') world.servicenow.desk.comment('incident', id, text, channel, 'beth.anglin');
  else world.salesforce.desk.comment('Case', id, text, channel, 'grace hopper');
}

/** What stands under a ticket, oldest first, without the line above it. */
function journal(world: CommentsWorld, id: string): readonly string[] {
  return world.servicenow.desk
    .rows('sys_journal_field')
    .filter(({ fields }) => fields['element_id'] === id)
    .map(({ fields }) => `${fields['element'] === 'comments' ? 'public' : 'internal'}: ${body(fields['value'])}`);
}

function caseComments(world: CommentsWorld, id: string): readonly string[] {
  return world.salesforce.desk
    .rows('CaseComment')
    .filter(({ fields }) => fields['ParentId'] === id)
    .map(({ fields }) => `${fields['IsPublished'] === true ? 'public' : 'internal'}: ${body(fields['CommentBody'])}`);
}

function body(text: unknown): string {
  return String(text).split('\n').slice(1).join('\n') || String(text);
}

async function rounds(world: CommentsWorld, count: number, ms = 3000): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    world.wait(ms);
    await world.sync();
  }
}

describe('comments between the two local desks', { timeout: 120_000 }, () => {
  it('carries real e-mails both ways, each on its channel, once, and then leaves both desks alone', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    world.wait(2000);
    const said = emails.slice(0, 12);
    said.forEach((text, n) =>
      say(
        world,
        n % 2 === 0 ? 'servicenow' : 'salesforce',
        n % 2 === 0 ? ids.servicenow : ids.salesforce,
        text.slice(0, 900),
        n % 3 === 0 ? 'internal' : 'public',
      ),
    );
    await rounds(world, 3);
    const wanted = said.map((text, n) => `${n % 3 === 0 ? 'internal' : 'public'}: ${text.slice(0, 900)}`).toSorted();
    // What people wrote has no line above it.
    const both = (texts: readonly string[]): readonly string[] => texts.toSorted();
    expect(both(caseComments(world, ids.salesforce))).toEqual(wanted);
    expect(both(journal(world, ids.servicenow))).toEqual(wanted);
    const calls = world.systems.servicenow.calls() + world.systems.salesforce.calls();
    await world.sync();
    expect(world.systems.servicenow.calls() + world.systems.salesforce.calls() - calls).toBe(2);
  });

  it('gives a new counterpart what its origin holds, a long text in parts', async () => {
    const world = await filesWorld();
    const incident = world.servicenow.desk.create('incident', { short_description: 'Old one' }, 'beth.anglin');
    // As long as a journal entry may be; in bytes, which Salesforce counts, a good deal longer.
    const long = 'Der Drucker im zweiten Stock fängt Feuer, sobald jemand größere Aufträge schickt 🔥 '
      .repeat(46)
      .trim();
    expect(long.length).toBeLessThan(4000);
    say(world, 'servicenow', incident.id, 'first', 'internal');
    world.wait(1100);
    say(world, 'servicenow', incident.id, long);
    await rounds(world, 2);
    const [twin] = world.salesforce.desk
      .rows('Case')
      .filter(({ fields }) => fields['ServiceNow_Id__c'] === incident.id);
    const texts = caseComments(world, twin?.id ?? '');
    expect(texts[0]).toBe('internal: first');
    const parts = texts.slice(1);
    expect(parts.length).toBe(2);
    expect(
      parts
        .map((text) => text.replace('public: ', ''))
        .join(' ')
        .replaceAll(/\s+/g, ' '),
    ).toBe(long);
  });

  it.each(['servicenow', 'salesforce'] as const)(
    'finds a post to %s whose answer was lost, and does not repeat it',
    async (to) => {
      let losing = 1;
      const world = await filesWorld(
        {},
        { coat: (system) => (system.side === to ? withLostPosts(system, () => (losing -= 1) >= 0) : system) },
      );
      const ids = await world.pair();
      world.wait(2000);
      const from: Side = to === 'servicenow' ? 'salesforce' : 'servicenow';
      say(world, from, ids[from], 'Did it arrive?');
      await rounds(world, 4, 80_000);
      const across = to === 'servicenow' ? journal(world, ids.servicenow) : caseComments(world, ids.salesforce);
      expect(across).toEqual(['public: Did it arrive?']);
      const back = to === 'servicenow' ? caseComments(world, ids.salesforce) : journal(world, ids.servicenow);
      expect(back).toEqual(['public: Did it arrive?']);
    },
  );

  it('tells an edit and a deletion of a CaseComment internally', async () => {
    const world = await filesWorld();
    const ids = await world.pair();
    world.wait(2000);
    say(world, 'salesforce', ids.salesforce, 'The number is 12.');
    say(world, 'salesforce', ids.salesforce, 'Never mind.');
    await rounds(world, 2, 10_000);
    const rows = world.salesforce.desk.rows('CaseComment');
    const idOf = (text: string): string => rows.find(({ fields }) => fields['CommentBody'] === text)?.id ?? '';
    world.salesforce.desk.edit(
      'CaseComment',
      idOf('The number is 12.'),
      { CommentBody: 'The number is 13.' },
      'grace hopper',
    );
    world.salesforce.desk.remove('CaseComment', idOf('Never mind.'), 'grace hopper');
    await rounds(world, 3, 10_000);
    expect(journal(world, ids.servicenow).slice(2)).toEqual([
      'internal: The number is 13.',
      expect.stringMatching(/^internal: Deleted in Salesforce: the comment of Grace Hopper/),
    ]);
  });
});

/** Posts are made, and their answers lost. */
function withLostPosts(system: TicketSystem, loses: () => boolean): TicketSystem {
  const { children } = system;
  if (children === undefined) throw new Error('a desk without comments');
  return {
    ...system,
    children: {
      ...children,
      post: async (requests) => {
        const results = await children.post(requests);
        if (!loses()) return results;
        throw new ConnectorError('Unavailable', { side: system.side, executed: 'maybe', cause: 'timeout' });
      },
    },
  };
}
