import type { Step } from './steps.ts';
import type { Weather } from './world.ts';

/** The plainest weather: what a shrunk history usually comes down to. */
export const plain: Weather = {
  conflict: 'latest',
  tieBreak: 'servicenow',
  stampMs: { servicenow: 1000, salesforce: 1000 },
  clockOffsetMs: { servicenow: 0, salesforce: 0 },
  history: false,
  showsBefore: true,
  pageSize: 1,
  batchSize: 1,
  comments: true,
};

const opened: Step = { kind: 'put', side: 'servicenow', text: 0, choice: 0 };
const synced: Step = { kind: 'round', ms: 0 };

/** Histories that failed once, shrunk, each with what went wrong then. Replayed before anything is generated. */
export const regressions: Readonly<Record<string, readonly Step[]>> = {
  'a Case edited within the second of our own write was taken for our echo': [
    opened,
    synced,
    { kind: 'edit', side: 'salesforce', which: 0, what: { field: 'title', text: 0 } },
  ],
  'a text emptied while its create was in doubt came back': [
    opened,
    { kind: 'fault', side: 'salesforce', fault: { error: 'Unavailable', method: 'create', effect: 1, times: 1 } },
    synced,
    { kind: 'edit', side: 'servicenow', which: 0, what: { field: 'clear' } },
  ],
  'an edit of the new Case was undone when its lost create was found': [
    opened,
    { kind: 'fault', side: 'salesforce', fault: { error: 'Unavailable', method: 'create', effect: 'done', times: 1 } },
    synced,
    { kind: 'edit', side: 'salesforce', which: 0, what: { field: 'title', text: 0 } },
    synced,
  ],
  'a field without a counterpart was called synced when its lost create was found': [
    { kind: 'put', side: 'servicenow', text: 0, choice: 6 },
    { kind: 'fault', side: 'salesforce', fault: { error: 'Unavailable', method: 'create', effect: 1, times: 1 } },
    synced,
  ],
  'a write that arrived late was taken for an edit, after both people had agreed on another value': [
    { kind: 'put', side: 'servicenow', text: 0, choice: 1 },
    synced,
    { kind: 'edit', side: 'salesforce', which: 0, what: { field: 'urgency', choice: 2 } },
    { kind: 'fault', side: 'servicenow', fault: { error: 'Unavailable', method: 'update', effect: 1, times: 1 } },
    synced,
    { kind: 'edit', side: 'servicenow', which: 0, what: { field: 'urgency', choice: 0 } },
    { kind: 'edit', side: 'salesforce', which: 0, what: { field: 'urgency', choice: 0 } },
    synced,
  ],
  'an edit told before the process died was told again when the comment was published': [
    opened,
    { kind: 'killAtWork', at: 13 },
    { kind: 'say', side: 'salesforce', which: 0, text: 0, internal: false },
    synced,
    { kind: 'rewrite', which: 0, text: 0 },
    { kind: 'killAtWork', at: 7 },
    { kind: 'publish', which: 0 },
    { kind: 'poll', side: 'servicenow' },
  ],
  'a comment that its author deleted while its post was in doubt was about to be posted for ever': [
    opened,
    { kind: 'killAtWork', at: 13 },
    {
      kind: 'fault',
      side: 'servicenow',
      fault: { error: 'Unavailable', method: 'post', executed: 'maybe', whole: false, times: 1 },
    },
    { kind: 'say', side: 'salesforce', which: 0, text: 0, internal: false },
    synced,
    { kind: 'unsay', which: 0 },
  ],
  'a comment whose id had just been found was told of as edited twice': [
    opened,
    synced,
    { kind: 'say', side: 'salesforce', which: 0, text: 0, internal: false },
    synced,
    { kind: 'rewrite', which: 0, text: 0 },
  ],
  'what a dead process had written was taken for a person’s edit when the next one died before it wrote over it': [
    opened,
    synced,
    { kind: 'edit', side: 'servicenow', which: 0, what: { field: 'title', text: 0 } },
    { kind: 'killAtWork', at: 9 },
    opened,
    {
      kind: 'both',
      which: 0,
      what: { field: 'title', text: 0 },
      across: { field: 'state', choice: 0 },
    },
    { kind: 'killAtWork', at: 8 },
    { kind: 'edit', side: 'servicenow', which: 0, what: { field: 'state', choice: 0 } },
  ],
};
