import type { Link } from '../../core/link.ts';
import { type Side, sides } from '../../core/side.ts';
import { describeConflict, describeHold, describeMoves } from '../../observability/describe-event.ts';
import { pairName, sideNames } from '../../observability/words.ts';
import type { ConflictRow, HistoryRow, Store } from '../../store/store.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { oneLink } from '../find-link.ts';
import { linkLine } from '../link-line.ts';
import { shortTime, table } from '../output.ts';
import { type Session, withStore } from '../session.ts';

const historyShown = 50;

interface Found {
  readonly link: Link;
  readonly history: readonly HistoryRow[];
  readonly conflicts: readonly ConflictRow[];
}

/** What both sides held when they last agreed, what is held back and why, and what happened to the pair. */
export async function showLink(session: Session, id: string): Promise<ExitCode> {
  const { out } = session;
  const found = await withStore(session, (store) => find(store, id));
  if (out.json) {
    const { link, history, conflicts } = found;
    await out.line({
      ...linkLine(link),
      origin: link.origin,
      bases: link.bases,
      holds: link.holds,
      conflicts,
      history,
    });
  } else {
    for (const part of parts(found)) await out.text(part);
  }
  return exitCodes.done;
}

async function find(store: Store, id: string): Promise<Found> {
  const link = await oneLink(store, id);
  return store.transaction(async (tx) => ({
    link,
    history: await tx.historyOf(link.id, historyShown),
    conflicts: await tx.conflictsOf([link.id], ['open', 'decided']),
  }));
}

function parts({ link, history, conflicts }: Found): readonly string[] {
  const head = [
    `${pairName(link)}  ${link.status}`,
    `Link ${link.id} of ${link.pair}, born in ${sideNames[link.origin]}, last synced ${shortTime(link.lastSyncedAt)} UTC`,
    `ServiceNow ${link.ids.servicenow}, Salesforce ${link.ids.salesforce}`,
  ].join('\n');
  const bases = sides.map(
    (side) =>
      `${sideNames[side]}, as last agreed on (${shortTime(link.bases[side].version.stamp)} UTC):\n${baseTable(link, side)}`,
  );
  const waiting = [...link.holds.map(describeHold), ...conflicts.map(describeConflict)];
  return [
    head,
    ...bases.map((text) => `\n${text}`),
    ...(waiting.length === 0 ? [] : [`\nLeft alone:\n${waiting.map((line) => `  ${line}`).join('\n')}`]),
    `\nHistory:\n${history.length === 0 ? '  nothing yet' : historyTable(history)}`,
  ];
}

function baseTable(link: Link, side: Side): string {
  const rows = Object.entries(link.bases[side].fields).map(([field, value]) => [`  ${field}`, JSON.stringify(value)]);
  return rows.length === 0 ? '  nothing' : table(['  Field', 'Value'], rows);
}

function historyTable(history: readonly HistoryRow[]): string {
  return history
    .map((row) => `  ${shortTime(row.at)}  ${describeMoves([row])}${row.by === null ? '' : ` (${row.by})`}`)
    .join('\n');
}
