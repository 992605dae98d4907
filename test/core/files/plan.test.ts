import { describe, expect, it } from 'vitest';
import type { ChildRow, FileInfo } from '../../../src/core/children.ts';
import { planFiles } from '../../../src/core/files/plan.ts';
import type { FilesConfig } from '../../../src/mapping/files-config.ts';
import { ago, at, file, row, rulesOf, view, words } from './world.ts';

const plan = (seen: ReturnType<typeof view>, config: FilesConfig = {}, table = 'incident'): readonly string[] =>
  words(planFiles(seen, rulesOf(config, table), at()));

const here = file('servicenow');
const there = file('salesforce');

describe('which files are carried', () => {
  it('carries what a person has added on either side', () => {
    expect(plan(view({ servicenow: [here] }))).toEqual(['carry servicenow 111: planned']);
    expect(plan(view({ salesforce: [there] }))).toEqual(['carry salesforce 069: planned']);
  });

  it.each([
    ['an empty one', { size: 0 }, 'tell servicenow 111: withheld empty'],
    ['one over the limit', { size: 104_857_601 }, 'tell servicenow 111: withheld too-large'],
    ['one at the limit', { size: 104_857_600 }, 'carry servicenow 111: planned'],
    ['a program', { name: 'setup.EXE' }, 'tell servicenow 111: withheld type'],
    ['a program behind a blank', { name: 'setup.exe ' }, 'tell servicenow 111: withheld type'],
    ['a program behind NUL', { name: 'setup.exe\u0000' }, 'tell servicenow 111: withheld type'],
    ['one a scanner refused', { state: 'blocked' as const }, 'tell servicenow 111: withheld blocked'],
    ['one under scan', { state: 'pending' as const }, 'note servicenow 111: planned'],
    [
      'one under scan for days',
      { state: 'pending' as const, createdAt: ago(90_000) },
      'tell servicenow 111: withheld never-scanned',
    ],
  ])('%s', (_what, parts, words) => {
    expect(plan(view({ servicenow: [file('servicenow', parts)], since: null }))).toEqual([words]);
  });

  it('carries listed types alone where a list is given', () => {
    const config: FilesConfig = { types: { allow: ['PDF'] } };
    expect(plan(view({ servicenow: [file('servicenow', { name: 'a.pdf' })] }), config)).toEqual([
      'carry servicenow 111: planned',
    ]);
    expect(plan(view({ servicenow: [file('servicenow', { name: 'pdf' })] }), config)).toEqual([
      'tell servicenow 111: withheld type',
    ]);
  });

  it('leaves alone what was there before the tickets were paired, and all of one side where the rule says so', () => {
    const old = file('servicenow', { createdAt: ago(7200) });
    expect(plan(view({ servicenow: [old] }))).toEqual([]);
    expect(plan(view({ servicenow: [old], since: null }))).toEqual(['carry servicenow 111: planned']);
    expect(plan(view({ servicenow: [here] }), { from: 'salesforce' })).toEqual([]);
  });

  it('judges by the clock of the desk what was there before', () => {
    const late = file('servicenow', { createdAt: ago(3700) });
    const since = { servicenow: ago(3800), salesforce: ago(3600) };
    expect(plan(view({ servicenow: [late], since }))).toEqual(['carry servicenow 111: planned']);
    expect(plan(view({ salesforce: [file('salesforce', { createdAt: ago(3700) })], since }))).toEqual([]);
  });

  it('carries one that was missing from a list before it was carried, and is shown again', () => {
    const gone = row(here, { state: 'withheld', detail: { why: 'vanished' } });
    expect(plan(view({ servicenow: [here], rows: [gone] }))).toEqual(['carry servicenow 111: planned']);
    const takenOff = row(here, { state: 'withheld', counterpartId: there.id, detail: { why: 'vanished' } });
    expect(plan(view({ servicenow: [here], rows: [takenOff] }))).toEqual([]);
  });

  it('does nothing twice', () => {
    const rows = [
      row(here, { state: 'carried', counterpartId: there.id, detail: { counterpartVersion: there.versionId } }),
    ];
    expect(plan(view({ servicenow: [here], salesforce: [there], rows }))).toEqual([]);
    for (const state of ['withheld', 'refused', 'known'] as const)
      expect(plan(view({ servicenow: [here], rows: [row(here, { state })] }))).toEqual([]);
  });

  it('tells again of a file whose notice was not posted', () => {
    const rows = [row(here, { state: 'withheld', detail: { why: 'empty', notice: 'due' } })];
    expect(plan(view({ servicenow: [here], rows }))).toEqual(['tell servicenow 111: withheld empty']);
  });
});

describe('who may read a carried file', () => {
  const internal = file('salesforce', { channel: 'internal' });

  it('keeps internal Salesforce files away from tickets that a caller reads', () => {
    expect(plan(view({ salesforce: [internal] }))).toEqual(['note salesforce 069: withheld channel']);
    expect(plan(view({ salesforce: [internal] }), {}, 'problem')).toEqual(['carry salesforce 069: planned']);
    expect(plan(view({ salesforce: [internal] }), {}, 'u_whatever')).toEqual(['note salesforce 069: withheld channel']);
  });

  it('publishes them by a rule of that name, and by no other', () => {
    const publish: FilesConfig = { channels: { salesforce: { internal: 'public' } } };
    expect(plan(view({ salesforce: [internal] }), publish)).toEqual(['note salesforce 069: withheld channel']);
    expect(plan(view({ salesforce: [internal] }), { ...publish, internalBecomesPublic: true })).toEqual([
      'carry salesforce 069: planned',
    ]);
  });

  it('shows attachments to customers in Salesforce by a rule of that name alone', () => {
    const channelOf = (config: FilesConfig): unknown =>
      planFiles(view({ servicenow: [here] }), rulesOf(config), at())[0]?.row.channel;
    expect(channelOf({})).toBe('internal');
    expect(channelOf({ channels: { servicenow: 'public' } })).toBe('internal');
    expect(channelOf({ channels: { servicenow: 'public' }, internalBecomesPublic: true })).toBe('public');
  });
});

describe('what is recognised', () => {
  it('takes the same content on both sides for one file', () => {
    const twin = file('salesforce', { hash: here.hash });
    expect(plan(view({ servicenow: [here], salesforce: [twin] }))).toEqual(['note servicenow 111: carried = 069']);
  });

  it('compares first where only name and size are the same', () => {
    expect(plan(view({ servicenow: [here], salesforce: [there] }))).toEqual(['carry servicenow 111: planned twin']);
    const other = file('salesforce', { size: 48 });
    expect(plan(view({ servicenow: [here], salesforce: [other] }))).toEqual([
      'carry servicenow 111: planned',
      'carry salesforce 069: planned',
    ]);
  });

  it('never carries back what our own account has added', () => {
    expect(plan(view({ servicenow: [file('servicenow', { own: true })] }))).toEqual([]);
  });

  it('takes our own upload for what a lost answer left, before a person’s file that looks the same', () => {
    const ours = file('salesforce', { id: '069000000000002AAA', own: true });
    const rows = [row(here, { state: 'sent', updatedAt: ago(100) })];
    const steps = planFiles(view({ servicenow: [here], salesforce: [there, ours], rows }), rulesOf(), at());
    expect(steps.map((step) => step.row.counterpartId)).toEqual([ours.id, null]);
  });

  it('carries two copies on one side as two files', () => {
    const copy = file('servicenow', { id: '2'.repeat(32) });
    expect(plan(view({ servicenow: [here, copy] }))).toEqual([
      'carry servicenow 111: planned',
      'carry servicenow 222: planned',
    ]);
  });

  it('waits while an upload may still arrive, and does not take it for a person’s', () => {
    for (const state of ['planned', 'sent'] as const) {
      const rows = [row(here, { state, updatedAt: ago(10) })];
      const steps = planFiles(view({ servicenow: [here], salesforce: [there], rows }), rulesOf(), at());
      expect(words(steps)).toEqual(['note salesforce 069: planned']);
      expect(steps[0]?.row.detail['nextAt']).toBe(ago(-75));
    }
    const rows = [
      row(here, { state: 'carried', counterpartId: there.id, detail: { counterpartVersion: there.versionId } }),
      row(there, { detail: { nextAt: ago(1) } }),
    ];
    expect(plan(view({ servicenow: [here], salesforce: [there], rows }))).toEqual([
      'note salesforce 069: withheld ours',
    ]);
  });

  it('finds what a lost answer left, by name and size', () => {
    const rows = [row(here, { state: 'sent', updatedAt: ago(100) })];
    expect(plan(view({ servicenow: [here], salesforce: [there], rows }))).toEqual([
      'note servicenow 111: carried = 069',
    ]);
  });

  it('finds what a lost answer left, also where a look in between has kept it waiting as a person’s', () => {
    const waiting = row(there, { updatedAt: ago(90), detail: { nextAt: ago(15), waits: 'other' } });
    const lost = row(here, { state: 'sent', updatedAt: ago(100) });
    expect(plan(view({ servicenow: [here], salesforce: [there], rows: [lost, waiting] }))).toEqual([
      'note servicenow 111: carried = 069',
      'note salesforce 069: withheld ours',
    ]);
    const renewed = row(here, { state: 'sent', updatedAt: ago(10) });
    const steps = planFiles(
      view({ servicenow: [here], salesforce: [there], rows: [renewed, waiting] }),
      rulesOf(),
      at(),
    );
    expect(words(steps)).toEqual(['note salesforce 069: planned']);
    expect(steps[0]?.row.detail['nextAt']).toBe(ago(-75));
    const nobodys = view({ servicenow: [here], salesforce: [there], rows: [row(here, { state: 'known' }), waiting] });
    expect(plan(nobodys)).toEqual(['carry salesforce 069: planned']);
  });

  it('sends again only what a whole list does not show', () => {
    const rows = [row(here, { state: 'sent', updatedAt: ago(100) })];
    expect(plan(view({ servicenow: [here], rows }))).toEqual(['carry servicenow 111: planned again']);
    expect(plan(view({ servicenow: [here], rows, hidden: 'salesforce' }))).toEqual(['note servicenow 111: sent']);
    expect(plan(view({ servicenow: [here], rows, salesforce: null }))).toEqual(['note servicenow 111: sent']);
  });

  it('leaves what waits in a lane alone, and takes it up when it has waited too long', () => {
    expect(plan(view({ servicenow: [here], rows: [row(here)] }))).toEqual([]);
    expect(plan(view({ servicenow: [here], rows: [row(here, { updatedAt: ago(80) })] }))).toEqual([
      'carry servicenow 111: planned',
    ]);
  });

  it('does not look again before the time it has set itself', () => {
    const rows = [row(here, { detail: { nextAt: ago(-30) } })];
    expect(plan(view({ servicenow: [here], rows }))).toEqual([]);
    expect(plan(view({ servicenow: [here], rows: [row(here, { detail: { nextAt: ago(1) } })] }))).toEqual([
      'carry servicenow 111: planned',
    ]);
  });
});

describe('versions and deletions', () => {
  const carried = row(there, {
    state: 'carried',
    counterpartId: here.id,
    detail: { counterpartVersion: here.versionId },
  });
  const second = file('salesforce', { versionId: '068000000000002AAA' });

  it('carries a new version as a further file, unless told otherwise', () => {
    const seen = view({ servicenow: [here], salesforce: [second], rows: [carried] });
    expect(plan(seen)).toEqual(['carry salesforce 069@: planned']);
    expect(plan(seen, { newVersion: 'ignore' })).toEqual([]);
  });

  it('carries a new version of a file that we put there', () => {
    const ours = row(here, {
      state: 'carried',
      counterpartId: there.id,
      detail: { counterpartVersion: there.versionId },
    });
    expect(plan(view({ servicenow: [here], salesforce: [second], rows: [ours] }))).toEqual([
      'carry salesforce 069@: planned',
    ]);
  });

  it('sends no version again that was replaced before anybody knew whether it had arrived', () => {
    const lost = row(there, { state: 'sent', updatedAt: ago(100) });
    expect(plan(view({ salesforce: [second], rows: [lost] }))).toEqual([
      'note salesforce 069: withheld replaced',
      'carry salesforce 069@: planned',
    ]);
    expect(plan(view({ salesforce: [second], rows: [lost] }), { newVersion: 'ignore' })).toEqual([
      'carry salesforce 069: planned again',
    ]);
  });

  it('takes what has arrived for the version whose content it is, not for an earlier one that looks the same', () => {
    const third = file('salesforce', { versionId: '068000000000003AAA' });
    const lost = (version: FileInfo, hash: string): ChildRow =>
      row(version, {
        id: version.versionId,
        sourceId: `${version.id}@${version.versionId}`,
        state: 'sent',
        hash,
        updatedAt: ago(100),
      });
    const arrived = file('servicenow', { id: '2'.repeat(32), own: true, hash: 'c'.repeat(64) });
    const rows = [carried, lost(second, ''), lost(third, 'c'.repeat(64))];
    const steps = planFiles(view({ servicenow: [here, arrived], salesforce: [third], rows }), rulesOf(), at());
    expect(steps.map((step) => [step.row.id, step.row.state, step.row.counterpartId])).toEqual([
      [third.versionId, 'carried', arrived.id],
      [second.versionId, 'withheld', null],
    ]);
  });

  it('compares contents where two versions may have left the same-looking file, the present one first', () => {
    const lost = (version: FileInfo, sourceId: string, seconds: number): ChildRow =>
      row(version, { id: version.versionId, sourceId, state: 'sent', updatedAt: ago(seconds) });
    const rows = [lost(there, there.id, 200), lost(second, `${second.id}@${second.versionId}`, 100)];
    const one = file('servicenow', { own: true });
    const other = file('servicenow', { id: '2'.repeat(32), own: true, hash: 'c'.repeat(64) });
    const steps = planFiles(view({ servicenow: [one, other], salesforce: [second], rows }), rulesOf(), at());
    expect(words(steps.filter(({ act }) => act.kind === 'carry'))).toEqual([
      'carry salesforce 069@: planned twin again',
    ]);
    expect(
      steps.map(({ act }) => (act.kind === 'carry' ? [act.twin?.id, act.others?.map(({ id }) => id)] : [])),
    ).toContainEqual([one.id, [other.id]]);
    // The earlier one waits for what comes of that, and then takes what is left.
    const known = { ...rows[1], state: 'carried', counterpartId: other.id } as ChildRow;
    const then = planFiles(
      view({ servicenow: [one, other], salesforce: [second], rows: [...rows.slice(0, 1), known] }),
      rulesOf(),
      at(),
    );
    expect(words(then)).toEqual(['note salesforce 069: carried = 111']);
  });

  it('waits with both while the present one may still arrive', () => {
    const rows = [
      row(there, { state: 'sent', updatedAt: ago(200) }),
      row(second, { id: 'second', sourceId: `${second.id}@${second.versionId}`, state: 'sent', updatedAt: ago(10) }),
    ];
    const seen = view({ servicenow: [file('servicenow', { own: true })], salesforce: [second], rows });
    expect(plan(seen)).toEqual(['note salesforce 069: sent']);
  });

  it('sends the present version alone where an earlier one had not gone out, once', () => {
    const waited = row(there, { detail: { nextAt: ago(1) }, updatedAt: ago(100) });
    expect(plan(view({ salesforce: [second], rows: [waited] }))).toEqual(['carry salesforce 069: planned']);
    const across = row(second, {
      id: 'second',
      sourceId: `${second.id}@${second.versionId}`,
      state: 'carried',
      counterpartId: here.id,
    });
    expect(plan(view({ servicenow: [here], salesforce: [second], rows: [waited, across] }))).toEqual([
      'note salesforce 069: withheld replaced',
    ]);
  });

  it('forgets a version that waits to be tried again once a later one has a row of its own', () => {
    const third = file('salesforce', { versionId: '068000000000003AAA' });
    const waits = row(second, {
      id: 'second',
      sourceId: `${second.id}@${second.versionId}`,
      detail: { nextAt: ago(1) },
      updatedAt: ago(100),
    });
    expect(plan(view({ servicenow: [here], salesforce: [third], rows: [carried, waits] }))).toEqual([
      'carry salesforce 069@: planned',
      'note salesforce 069@: withheld replaced',
    ]);
  });

  it('leaves the counterpart of a deleted file alone by default', () => {
    expect(plan(view({ servicenow: [here], rows: [carried] }))).toEqual([]);
  });

  it('takes it off at the second look, on a whole list alone', () => {
    const config: FilesConfig = { deleted: 'detach' };
    expect(plan(view({ servicenow: [here], rows: [carried] }), config)).toEqual(['note salesforce 069: carried = 111']);
    const missing = { ...carried, detail: { ...carried.detail, missingAt: ago(700) } };
    expect(plan(view({ servicenow: [here], rows: [missing] }), config)).toEqual([
      'detach salesforce 069: carried = 111',
    ]);
    expect(plan(view({ servicenow: [here], rows: [missing], hidden: 'salesforce' }), config)).toEqual([]);
    expect(
      plan(view({ servicenow: [here], rows: [{ ...missing, detail: { ...missing.detail, paired: true } }] }), config),
    ).toEqual([]);
  });

  it('forgets what was planned about a file that is gone', () => {
    expect(plan(view({ rows: [row(here)] }))).toEqual(['note servicenow 111: withheld vanished']);
    const waiting = row(here, { updatedAt: ago(80) });
    expect(plan(view({ rows: [waiting], hidden: 'servicenow' }))).toEqual(['note servicenow 111: planned']);
  });
});
