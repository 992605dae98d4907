import { describe, expect, it } from 'vitest';
import { readLog } from '../../src/cli/commands/demo/log.ts';
import { moreDetail, troubleOf } from '../../src/cli/commands/demo/texts.ts';
import type { Fields, SourceRecord } from '../../src/core/record.ts';
import { findMatches } from '../../src/engine/match/find.ts';
import { decideProposal } from '../../src/operate/proposals.ts';
import { createWorld, type World } from './world.ts';

/** How two tickets of one story belong together, if at all. */
type Tie = 'stamp' | 'number' | 'rule' | 'near' | 'none';

const counts = { stamp: 100, number: 100, rule: 100, near: 50, none: 150 } as const satisfies Record<Tie, number>;
const each = Object.values(counts).reduce((sum, count) => sum + count, 0);

interface Story {
  readonly tie: Tie;
  readonly incident: SourceRecord;
  readonly aCase: SourceRecord;
}

/** Five hundred incidents of the log as they were first opened, each with its own caller. */
const opened = [...new Map(readLog().map((event) => [event.number, event])).values()].slice(0, each);

/** Both desks at first contact: five hundred tickets each, three hundred and fifty of which are there twice. */
function fullDesks(): { readonly w: World; readonly stories: readonly Story[] } {
  const w = createWorld({
    maxCreatesPerPoll: 10_000,
    match: {
      byNumber: { salesforce: 'Incident__c' },
      rules: [{ name: 'vendor', on: [{ servicenow: 'u_vendor', salesforce: 'Vendor__c', compare: 'ignoreCase' }] }],
      near: 'propose-and-wait',
    },
  });
  const ties = Object.entries(counts).flatMap(([tie, count]) => Array.from({ length: count }, () => tie as Tie));
  const stories = opened.map((event, at): Story => {
    const tie = ties[at] ?? 'none';
    const { subject, description } = troubleOf(event.number);
    const caller = `${event.caller.replace(' ', '.')}.${at}@acme.example`;
    const incident = w.put('servicenow', {
      short_description: subject,
      description,
      state: event.state === '1' ? '1' : '2',
      urgency: event.urgency,
      contact_type: event.contactType,
      'caller_id.email': caller,
      u_vendor: tie === 'rule' ? `VND-${event.number}` : null,
    });
    const aCase = w.put('salesforce', {
      ...caseFor(tie, incident, event.number),
      ContactEmail: tie === 'none' ? `x.${caller}` : caller,
    });
    return { tie, incident, aCase };
  });
  return { w, stories };
}

function caseFor(tie: Tie, incident: SourceRecord, number: string): Fields {
  const title = String(incident.fields['short_description']);
  return {
    Subject: tie === 'near' ? `${title}, please help` : tie === 'none' ? `${title} (another one)` : title,
    Description: moreDetail[Number(number.slice(-1)) % moreDetail.length] ?? '',
    Status: 'New',
    Priority: 'Medium',
    ServiceNow_Id__c: tie === 'stamp' ? incident.id : null,
    Incident__c: tie === 'number' ? incident.number : null,
    Vendor__c: tie === 'rule' ? `vnd-${number.toLowerCase()}` : null,
  };
}

async function rest(w: World): Promise<void> {
  for (let rounds = 0; rounds < 4; rounds += 1) await w.sync();
}

describe('first contact of two full desks of five hundred real tickets each', { timeout: 60_000 }, () => {
  it('pairs what is there twice, shows what may be, and creates the rest: nothing twice, nothing that is there', async () => {
    const { w, stories } = fullDesks();
    expect(stories).toHaveLength(each);

    const before = await findMatches(w.engine, { signal: new AbortController().signal });
    const kinds = Map.groupBy(before.planned, ({ decision }) =>
      'plan' in decision ? decision.plan.kind : decision.kind,
    );
    expect(kinds.get('adopt')).toHaveLength(300);
    expect(kinds.get('create')).toHaveLength(300);
    expect(before.proposals).toHaveLength(50);
    expect(w.writes()).toBe(0);

    await rest(w);
    const links = await w.store.transaction((tx) => tx.findLinks({ limit: 10_000 }));
    const paired = new Map(links.map((link) => [link.ids.servicenow, link.ids.salesforce]));
    for (const { tie, incident, aCase } of stories) {
      if (tie === 'near') expect(paired.has(incident.id)).toBe(false);
      else if (tie === 'none') expect(paired.get(incident.id)).not.toBe(aCase.id);
      else expect(paired.get(incident.id), `${tie} ${String(incident.number)}`).toBe(aCase.id);
    }
    expect(links).toHaveLength(300 + 300);
    expect(new Set(links.map((link) => link.ids.salesforce)).size).toBe(links.length);
    expect(w.desks.servicenow.rows('incident')).toHaveLength(each + 150);
    expect(w.desks.salesforce.rows('Case')).toHaveLength(each + 150);

    const proposals = await w.store.transaction((tx) => tx.listProposals({ status: 'open', limit: 1000 }));
    expect(proposals).toHaveLength(50);
    const operator = { store: w.store, actor: 'test', now: () => w.clock.now() };
    for (const [at, proposal] of proposals.entries())
      await decideProposal(operator, proposal.id, at < 25 ? 'accepted' : 'rejected');
    await rest(w);
    const after = await w.store.transaction((tx) => tx.findLinks({ limit: 10_000 }));
    expect(after).toHaveLength(600 + 25 + 2 * 25);
    expect(w.desks.servicenow.rows('incident')).toHaveLength(each + 150 + 25);
    expect(w.desks.salesforce.rows('Case')).toHaveLength(each + 150 + 25);
    expect(await w.store.transaction((tx) => tx.listQuarantine(10))).toEqual([]);

    const quiet = w.writes();
    await rest(w);
    expect(w.writes()).toBe(quiet);
  });
});
