import type { Answer } from '../../src/admin/routes.ts';
import type { Conflict } from '../../src/admin/schemas/conflicts.ts';
import type { LinkDetail, LinkRow } from '../../src/admin/schemas/links.ts';
import type { Quarantined } from '../../src/admin/schemas/quarantine.ts';
import type { Run } from '../../src/admin/schemas/runs.ts';
import type { Role } from '../../src/admin/schemas/common.ts';
import type { SideStatus } from '../../src/admin/schemas/status.ts';
import { type Answers, Refusal } from './fake-api.ts';

const at = '2026-11-25T09:00:00.000Z';
const both = <T>(servicenow: T, salesforce: T = servicenow): { servicenow: T; salesforce: T } => ({
  servicenow,
  salesforce,
});

/** Texts as they come from desks. Every one passes through `text`, so that a test can make all of them hostile at once. */
export function cannedAnswers(text: (plain: string) => string, role: Role = 'admin'): Answers {
  const row: LinkRow = {
    id: 'link-1',
    pair: 'incident-case',
    servicenowId: 'a'.repeat(32),
    salesforceId: '5003000000D8cuIAAR',
    servicenowNumber: text('INC0010042'),
    salesforceNumber: text('00001007'),
    status: 'conflict',
    lastSyncedAt: at,
    createdAt: at,
    origin: 'servicenow',
    title: text('Printer on the second floor prints only blank pages'),
    holds: 1,
  };
  const names = {
    pair: row.pair,
    servicenowId: row.servicenowId,
    salesforceId: row.salesforceId,
    servicenowNumber: row.servicenowNumber,
    salesforceNumber: row.salesforceNumber,
  };
  const conflict: Conflict = {
    id: 'conflict-1',
    linkId: row.id,
    ...names,
    field: 'short_description',
    labels: both(text('Short description'), text('Subject')),
    base: both(text('Printer prints nothing')),
    servicenow: text('Printer on the second floor prints only blank pages'),
    salesforce: text('Printer on the third floor prints no pages at all'),
    texts: both(
      text('Printer on the second floor prints only blank pages'),
      text('Printer on the third floor prints no pages at all'),
    ),
    baseNames: both(null),
    writers: both(text('beth.anglin'), text('0053000000D8cuIAAR')),
    writerNames: both(text('beth.anglin'), text('Sam Iyer')),
    versions: both({ stamp: at, count: 4 }, { stamp: at, count: null }),
    dates: null,
    winner: null,
    rule: 'manual',
    why: 'waits-for-person',
    status: 'open',
    decision: null,
    decidedBy: null,
    decidedAt: null,
    at,
    settledAt: null,
    text: text('Short description waits for a person'),
  };
  const quarantined: Quarantined = {
    key: 'link:link-2',
    linkId: 'link-2',
    ...names,
    cause: text('servicenow/Rejected/validation'),
    why: text('ServiceNow does not accept the values of close_code ("Data Policy Exception"); change the value'),
    attempts: 4,
    firstAt: at,
    nextAt: at,
  };
  const run: Run = {
    id: 'run-1',
    kind: 'resync',
    pair: 'incident-case',
    state: 'running',
    since: null,
    undoes: null,
    startedAt: at,
    endedAt: null,
    live: true,
    progress: { phase: 'walking', share: 0.42, seen: 4200, found: 7, etaSeconds: 95, text: text('Salesforce') },
    counts: { updated: 3, unchanged: 4190 },
    error: text('none'),
  };
  const side: SideStatus = {
    state: 'running',
    text: null,
    pausedUntil: null,
    url: 'https://dev12345.service-now.com/',
    lastCompleteAt: at,
    lagSeconds: 12,
    gapSeconds: 10,
    late: false,
    calls: { total: 900, lastHour: 41, lastDay: 880 },
    stretch: { times: 2, left: 0.2 },
    budget: { used: 4100, limit: 15_000, share: 0.5, ours: 880 },
  };
  const byStatus = { synced: 600, pending: 3, conflict: 1, quarantined: 2, detached: 0 };
  const field: LinkDetail['fields'][number] = {
    field: 'short_description',
    labels: both(text('Short description'), text('Subject')),
    names: both('short_description', 'Subject'),
    rule: 'manual',
    writes: 'both',
    base: both(text('Printer prints nothing')),
    baseText: both(text('Printer prints nothing')),
    hold: text('held by hand'),
    conflictId: conflict.id,
  };
  const entry: LinkDetail['history'][number] = {
    id: 'h1',
    field: 'short_description',
    label: text('Short description'),
    from: 'servicenow',
    to: 'salesforce',
    before: text('Printer'),
    value: text('Printer prints nothing'),
    beforeName: text('Rosa Lind'),
    valueName: text('Dana Okafor'),
    because: 'one-sided',
    rule: 'manual',
    by: text('0053000000D8cuIAAR'),
    byName: text('Sam Iyer'),
    runId: 'run-1',
    at,
    text: text('carried'),
  };
  const child: LinkDetail['children'][number] = {
    id: 'c1',
    kind: 'file',
    side: 'servicenow',
    channel: 'internal',
    state: 'withheld',
    sourceId: text('f'.repeat(32)),
    counterpartId: text('0683000000D8cuI'),
    detail: { name: text('photo.png'), size: 48_000, why: text('internal') },
    createdAt: at,
    updatedAt: at,
  };
  const plan: Answer<'mappingPlan'> = {
    ok: true,
    problems: [],
    looked: 400,
    wouldChange: 12,
    wouldConflict: 1,
    wouldStay: 387,
    byField: { [text('state')]: 12 },
    samples: [
      {
        linkId: row.id,
        ...names,
        action: 'write',
        text: text('would write state'),
        fields: [{ field: text('state'), to: 'servicenow', before: text('2'), value: text('6') }],
      },
    ],
    text: text('12 of 400 links would change.'),
  };
  const pause = { pair: row.pair, reason: 'too-many-creates', text: text('300 new tickets from one poll'), at };
  const session: Answer<'session'> = {
    name: text('duty desk'),
    role,
    via: 'session',
    csrf: 'c',
    endsAt: null,
    idleSeconds: 3600,
  };
  let loggedIn = true;
  const token = { id: 't1', name: text('night shift'), role: 'viewer' as const, createdAt: at, revokedAt: null };
  const only = <T>(item: T): { items: T[]; next: null } => ({ items: [item], next: null });

  return {
    session: () => {
      if (!loggedIn) throw new Refusal(401, 'not logged in');
      return session;
    },
    login: () => {
      loggedIn = true;
      return session;
    },
    logout: () => {
      loggedIn = false;
      return undefined;
    },
    status: () => ({
      healthy: false,
      problems: [{ code: 'pair-paused', side: null, pair: row.pair, text: pause.text }],
      now: at,
      startedAt: at,
      version: '0.1.0',
      sides: both(side, { ...side, state: 'paused', text: text('Salesforce asks us to slow down'), pausedUntil: at }),
      polls: [
        { pair: row.pair, side: 'servicenow', completeAt: at, walking: false, gapSeconds: 10, nextAt: at },
        { pair: row.pair, side: 'salesforce', completeAt: null, walking: true, gapSeconds: 10, nextAt: null },
      ],
      queue: { waiting: 14, active: 2 },
      links: { total: 606, byStatus },
      openConflicts: 1,
      decidedConflicts: 0,
      quarantined: 2,
      inDoubt: 0,
      openProposals: 1,
      unmatched: 1,
      pauses: [pause],
      runId: run.id,
      totals: { created: both(10), updated: both(20), unchanged: 5, conflicts: 1, quarantined: 2 },
    }),
    series: () => ({
      bucketSeconds: 60,
      buckets: Array.from({ length: 60 }, (_, minute) => ({
        at: new Date(Date.parse(at) + minute * 60_000).toISOString(),
        written: both((minute * 7) % 13, (minute * 5) % 17),
        created: both(0),
        conflicts: 0,
        quarantined: 0,
        failedPolls: 0,
        calls: both(2),
        queue: 1,
        lagSeconds: both(10),
      })),
    }),
    links: () => ({ ...only(row), byStatus }),
    link: () => ({
      ...row,
      urls: both('https://dev12345.service-now.com/incident.do', 'javascript:window.__pwned=1'),
      fields: [field, { ...field, field: 'state', hold: null, conflictId: null, labels: both(text('State')) }],
      holdTexts: [{ field: 'short_description', text: text('Left alone until someone decides') }],
      life: { kind: 'merged', side: 'salesforce', into: text('5003000000D8cuJAAR') },
      conflicts: [conflict],
      quarantine: quarantined,
      pending: [{ side: 'salesforce', field: 'state', value: text('Closed'), sentAt: at }],
      history: [entry],
      children: [child, { ...child, id: 'c2', kind: 'comment', state: 'carried', channel: 'public' }],
      mapped: true,
    }),
    linkNow: () => ({
      readAt: at,
      sides: both({ kind: 'found', text: null, updatedAt: at, updatedBy: text('beth'), number: text('INC1') }),
      fields: [
        {
          field: 'short_description',
          labels: field.labels,
          now: both(conflict.servicenow, conflict.salesforce),
          nowText: conflict.texts,
          base: field.base,
          changed: both(true),
          agree: false,
        },
      ],
    }),
    linkHistory: () => only(entry),
    linkByHand: () => ({ link: row, differing: ['state'], text: text('They are one ticket from now on.') }),
    unmatchedAgain: () => ({ text: 'Looked for again.' }),
    linkResync: () => ({ text: 'Both sides are compared.' }),
    conflicts: () => ({ ...only(conflict), total: 1, byField: { [text('short_description')]: 1 } }),
    conflictResolve: () => ({ ...conflict, status: 'decided', winner: 'servicenow', decidedBy: 'duty desk' }),
    conflictsResolve: () => ({ decided: 1, skipped: [], left: 0, text: '1 conflict is decided.' }),
    quarantine: () => ({ ...only(quarantined), total: 1 }),
    quarantineGroups: () => ({
      total: 2,
      groups: [
        {
          cause: quarantined.cause,
          why: quarantined.why,
          count: 2,
          pairs: [row.pair],
          firstAt: at,
          nextAt: at,
          sample: [quarantined],
        },
      ],
    }),
    quarantineRetry: () => ({ count: 1, text: 'Tried again now.' }),
    runs: () => ({ items: [run, { ...run, id: 'run-0', state: 'done', live: false, progress: null, endedAt: at }] }),
    run: ({ params }) => ({
      ...run,
      kind: params['id'] === 'run-2' ? 'undo' : 'verify',
      state: params['id'] === 'run-2' ? 'done' : 'running',
      drift: [
        {
          linkId: row.id,
          ...names,
          field: 'state',
          servicenow: text('6'),
          salesforce: text('New'),
          side: null,
          how: null,
          text: text('State differs'),
        },
      ],
    }),
    undoRuns: () => ({
      items: [
        { runId: 'run-1', kind: null, undoes: null, firstAt: at, lastAt: at, values: 3, tickets: 2, more: false },
      ],
    }),
    undoPlan: () => ({
      mark: 'm',
      putBack: 1,
      tickets: 1,
      leave: 1,
      items: [
        {
          action: 'put-back',
          linkId: row.id,
          ...names,
          field: 'urgency',
          side: 'salesforce',
          now: text('High'),
          backTo: text('Medium'),
          text: text('back'),
        },
        {
          action: 'leave',
          linkId: row.id,
          ...names,
          field: 'short_description',
          side: 'salesforce',
          now: text('Now'),
          backTo: text('Then'),
          text: text('INC0010042 stays: it was changed since'),
        },
      ],
    }),
    undo: () => ({ ...run, kind: 'undo', undoes: 'run-1' }),
    mapping: () => ({
      file: 'casebridge.config.ts',
      config: { pairs: [] },
      editable: true,
      pairs: [
        {
          name: row.pair,
          objects: both('incident', 'Case'),
          conflict: 'latest',
          tieBreak: 'servicenow',
          settings: { note: text('settings') },
          fields: [
            {
              name: 'state',
              kind: 'classes',
              servicenow: 'state',
              salesforce: 'Status',
              labels: both(text('State'), text('Status')),
              conflict: 'latest',
              writes: 'both',
              settings: { classes: [{ servicenow: ['1'], salesforce: [text('New')] }], others: 'hold' },
            },
            {
              name: 'number',
              kind: 'shown',
              servicenow: 'number',
              salesforce: 'ServiceNow_Number__c',
              labels: both(text('Number')),
              conflict: 'latest',
              writes: 'salesforce',
              settings: {},
            },
          ],
        },
      ],
    }),
    mappingPlan: () => plan,
    unmatched: () =>
      only({
        pair: row.pair,
        side: 'servicenow',
        field: 'caller_id',
        value: text('681b365ec0a80164000fb0b05854a0cd'),
        label: text('Abel Tuter'),
        why: text('Nobody there has this address'),
        times: 3,
        linkId: row.id,
        firstAt: at,
        lastAt: at,
      }),
    proposals: () =>
      only({
        id: 'p1',
        ...names,
        why: { rule: text('number') },
        text: text('Both name 00001007'),
        status: 'open',
        at,
        decidedAt: null,
      }),
    audit: () =>
      only({
        id: '1',
        at,
        actor: text('duty desk'),
        action: 'conflict.resolve',
        target: text('conflict-1'),
        detail: { take: text('servicenow') },
      }),
    tokens: () => ({ items: [token] }),
    tokenAdd: () => ({ ...token, token: 'cb_once' }),
    syncNow: () => ({ text: 'Both sides are polled.' }),
    pairResume: () => ({ text: 'It goes on.' }),
  };
}
