import { ConnectorError } from '../../src/connectors/errors.ts';
import type { EngineEvent, EngineEvents } from '../../src/engine/events.ts';
import { builtAt, childRow, conflictRow, link, quarantineRow } from '../support/builders.ts';

/** Stands in everything that a ticket says, so that a test can look for it where it must not be. */
export const canary = 'c4n4ry';

const busy = new ConnectorError('RateLimited', { side: 'servicenow', executed: 'no', status: 429, answer: canary });
const known = link({ numbers: { servicenow: `INC-${canary}`, salesforce: canary } });
const move = {
  field: 'short_description',
  from: 'servicenow',
  to: 'salesforce',
  before: canary,
  value: canary,
  because: 'one-sided',
} as const;
const comment = childRow({ detail: { text: canary } });
const file = childRow({ kind: 'file', side: 'salesforce', detail: { name: canary } });

/** One event of every type there is: a type that is missing here does not compile. */
const every: EngineEvents = {
  'poll.page': { pair: 'incident-case', side: 'servicenow', rows: 7, queued: 3 },
  'poll.done': { pair: 'incident-case', side: 'servicenow', rows: 7, queued: 3, deep: false },
  'poll.failed': { pair: 'incident-case', side: 'servicenow', error: busy },
  'link.created': { link: known, on: 'salesforce', holds: [] },
  'link.adopted': { link: known, by: { kind: 'rule', rule: canary } },
  'match.proposed': {
    proposal: {
      id: 'proposal-1',
      pair: 'incident-case',
      ids: known.ids,
      numbers: known.numbers,
      why: { kind: 'near', likeness: 0.9, hours: 1 },
      status: 'open',
      at: builtAt,
      decidedAt: null,
    },
  },
  'link.updated': { link: known, moves: [move] },
  'link.unchanged': { link: known },
  'link.held': { link: known, hold: { field: canary, reason: { kind: 'unreadable', side: 'servicenow' } } },
  'link.ended': {
    link: link({ life: { kind: 'deleted', side: 'servicenow', at: builtAt, by: 'delete-log', done: 'told' } }),
  },
  'link.back': { link: known, was: { kind: 'missing', side: 'servicenow', since: builtAt, looks: 2 } },
  'link.followed': { link: known, side: 'salesforce', from: canary },
  'conflict.noted': { link: known, conflict: conflictRow({ winner: 'salesforce' }) },
  'conflict.settled': { link: known, conflict: conflictRow() },
  'record.quarantined': { row: quarantineRow() },
  'record.released': { row: quarantineRow() },
  'create.in-doubt': { pair: 'incident-case', origin: 'servicenow', originId: canary, until: builtAt },
  'write.in-doubt': { link: known, on: 'salesforce', until: builtAt },
  'comment.carried': { link: known, comment },
  'comment.withheld': { link: known, comment },
  'comment.refused': { link: known, comment },
  'comment.in-doubt': { link: known, comment, until: builtAt },
  'side.paused': { side: 'servicenow', error: busy, untilMs: Date.parse(builtAt) },
  'side.resumed': { side: 'servicenow' },
  'lanes.changed': { side: 'servicenow', lanes: 1, most: 2, reason: 'waited' },
  'pace.changed': { side: 'salesforce', times: 2, left: 0.2 },
  'run.waits': { run: 'resync', side: 'salesforce', left: 0.2 },
  'sweep.page': { links: 1000, drift: 2 },
  'sweep.done': { startedAt: builtAt, endedAt: builtAt, links: 4000, drift: 3 },
  'sweep.failed': { error: busy },
  'pair.paused': {
    pause: { pair: 'incident-case', reason: 'person', detail: { note: canary }, at: builtAt },
  },
  'resync.page': { pair: 'incident-case', side: 'salesforce', rows: 7, queued: 3, share: 0.5 },
  'file.carried': { link: known, file, how: 'sent', durationMs: 900 },
  'file.withheld': { link: known, file },
  'file.failed': { link: known, file, error: busy },
  'batch.done': { keys: 12, durationMs: 340 },
  'batch.failed': { keys: [{ kind: 'link', linkId: canary }], error: new Error(canary) },
  'desk.called': { side: 'servicenow', operation: 'read', outcome: 'RateLimited', items: 12, durationMs: 80 },
  'store.pruned': { history: 1204, runs: 1, conflicts: 0 },
  'store.lost': { error: new Error(canary) },
  'store.back': {},
};

export const everyEvent = Object.entries(every).map(([type, data]) => ({ type, ...data })) as readonly EngineEvent[];
