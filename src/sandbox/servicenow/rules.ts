import { type Automation, changesOf, isListed } from './automation.ts';
import type { Database, Row } from './database.ts';
import { refusals } from './refusal.ts';

/** A row on its way into the table; rules change it. */
export type Draft = Record<string, string>;

export interface Change {
  readonly table: string;
  /** Null for an insert. */
  readonly before: Row | null;
  readonly draft: Draft;
  readonly database: Database;
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly now: string;
  readonly userId: string;
  readonly userName: string;
  /** Journal texts written with this change. */
  readonly journals: Readonly<Record<string, string>>;
  /** True for the Table API: some models refuse what a person may do through the form. */
  readonly viaApi: boolean;
  readonly automation: Automation;
}

type Rule = (change: Change) => void;

const closedStates: Readonly<Record<string, readonly string[]>> = {
  incident: ['7', '8'],
  problem: ['107'],
  change_request: ['3', '4'],
  sn_customerservice_case: ['3', '7'],
  sc_request: ['3', '4', '7'],
  sc_req_item: ['3', '4', '7'],
  task: ['3', '4', '7'],
};

/** Impact and urgency give priority by a look-up rule; a written priority is overwritten (table-post-incident-rec, table-patch-incident-doc). */
const computePriority: Rule = ({ draft }) => {
  const sum = Number(draft['impact'] ?? '3') + Number(draft['urgency'] ?? '3');
  draft['priority'] = String(sum - 1);
};

/** `incident_state` mirrors `state`, whichever was written (table-get-incident-doc and every other sample). */
const mirrorState: Rule = ({ draft, before }) => {
  const stateMoved = draft['state'] !== (before?.['state'] ?? '1');
  if (stateMoved) draft['incident_state'] = draft['state'] ?? '1';
  else draft['state'] = draft['incident_state'] ?? '1';
};

/** The caller's answer ends the wait for it (c_IncidentManagementStateModel). */
const callerAnswered: Rule = ({ draft, before, journals, userId, automation }) => {
  if (before?.['state'] !== '3' || draft['state'] !== '3' || draft['hold_reason'] !== '1') return;
  if (journals['comments'] === undefined || automation.awaitingCaller === 'nobody') return;
  const byCaller = draft['caller_id'] !== '' && draft['caller_id'] === userId;
  if (automation.awaitingCaller === 'caller' && !byCaller) return;
  draft['state'] = '2';
  draft['incident_state'] = '2';
  draft['hold_reason'] = '';
};

const stampResolution: Rule = ({ draft, before, now, userId }) => {
  const was = before?.['state'] ?? '1';
  const is = draft['state'] ?? '1';
  if (was === is) return;
  const ended = (state: string): boolean => state === '6' || state === '7';
  if (ended(is) && !ended(was)) {
    if ((draft['resolved_at'] ?? '') === '') draft['resolved_at'] = now;
    if ((draft['resolved_by'] ?? '') === '') draft['resolved_by'] = userId;
  }
  if (ended(was) && !ended(is) && is !== '8') {
    draft['resolved_at'] = '';
    draft['resolved_by'] = '';
    draft['reopen_count'] = String(Number(draft['reopen_count'] ?? '0') + 1);
    draft['reopened_time'] = now;
    draft['reopened_by'] = userId;
  }
};

/** `closed_at` is empty while Resolved (incident properties; measured on dev191338). */
const stampClosure: Rule = ({ table, draft, before, now, userId }) => {
  const closed = closedStates[table] ?? closedStates['task'] ?? [];
  const is = closed.includes(draft['state'] ?? '');
  const was = before !== null && closed.includes(before['state'] ?? '');
  if (is === was) return;
  draft['active'] = String(!is);
  draft['closed_at'] = is ? now : '';
  draft['closed_by'] = is ? userId : '';
};

const countReassignment: Rule = ({ draft, before }) => {
  if (before === null || before['assignment_group'] === draft['assignment_group'] || before['assignment_group'] === '')
    return;
  draft['reassignment_count'] = String(Number(draft['reassignment_count'] ?? '0') + 1);
};

/** Resolved and Closed need a resolution (error-403-data-policy-resolve-rec). */
const requireResolution: Rule = ({ draft }) => {
  if (draft['state'] !== '6' && draft['state'] !== '7') return;
  const missing = [
    ...(draft['close_code'] === '' ? ['Resolution code'] : []),
    ...(draft['close_notes'] === '' ? ['Close notes'] : []),
  ];
  if (missing.length > 0) throw refusals.dataPolicy(missing);
};

/** Since the Rome release the Table API does not move a problem's state: 200, and nothing changes (servicenow.itsm collection). */
const keepProblemState: Rule = ({ draft, before, viaApi }) => {
  if (viaApi && before !== null) draft['state'] = before['state'] ?? '101';
};

/** An initial state is rewritten, and a leap is refused (measured on dev191338). */
const checkChangeModel: Rule = ({ table, draft, before, viaApi }) => {
  if (!viaApi) return;
  if (before === null) {
    draft['state'] = '-5';
    return;
  }
  const order = ['-5', '-4', '-3', '-2', '-1', '0', '3'];
  const [from, to] = [before['state'] ?? '-5', draft['state'] ?? '-5'];
  if (from === to || to === '4' || order.indexOf(to) === order.indexOf(from) + 1) return;
  throw refusals.businessRule(table, 'Change Model: Check State Transition', '5c9bdee2c0a8010e01b2f3d6a2f2a8f7');
};

const rules: Readonly<Record<string, readonly Rule[]>> = {
  incident: [
    mirrorState,
    callerAnswered,
    computePriority,
    stampResolution,
    stampClosure,
    countReassignment,
    requireResolution,
  ],
  problem: [keepProblemState, computePriority, stampClosure, countReassignment],
  change_request: [checkChangeModel, stampClosure, countReassignment],
  sn_customerservice_case: [stampResolution, stampClosure, countReassignment],
  task: [stampClosure, countReassignment],
};

/** A state model that drops a change of the API in silence. */
const dropIgnored: Rule = ({ table, draft, before, viaApi, automation }) => {
  if (before === null || !viaApi) return;
  for (const { field, from, to } of changesOf(automation.ignored, table)) {
    const [was, is] = [before[field] ?? '', draft[field] ?? ''];
    if (was !== is && isListed(from, was) && isListed(to, is)) draft[field] = was;
  }
};

const replaceValues: Rule = ({ table, draft, automation }) => {
  for (const { field, from, to } of changesOf(automation.replaced, table))
    if (isListed(from, draft[field] ?? '')) draft[field] = to;
};

/** Runs what happens before a row is stored: changes the draft, or throws a Refusal. */
export function applyRules(change: Change): void {
  const own = rules[change.table];
  const isTask = change.database.schema.ancestors(change.table).includes('task');
  dropIgnored(change);
  replaceValues(change);
  for (const rule of own ?? (isTask ? (rules['task'] ?? []) : [])) rule(change);
}
