import type { ChildRow } from '../../core/children.ts';
import type { Link } from '../../core/link.ts';
import type { Fields } from '../../core/record.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import { type Engine, pairOf } from '../../engine/engine.ts';
import { describeConflict, describeHold, describeMoves } from '../../observability/describe-change.ts';
import { describeLife } from '../../observability/describe-life.ts';
import { oneLine, pairName, sideNames } from '../../observability/words.ts';
import { type KeptLink, keptLink, readLink } from '../../operate/link-view.ts';
import type { HistoryRow } from '../../store/store.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { linkLine } from '../link-line.ts';
import { shortTime, table } from '../output.ts';
import { reportError } from '../report-error.ts';
import { commentLine, commentText } from './comment-lines.ts';
import { fileLine, filesIn, fileText } from './file-lines.ts';
import { type Session, withApp, withStore } from '../session.ts';

const historyShown = 50;

/** What each side holds now; null where it could not be read. */
type Now = Readonly<Record<Side, Fields | null>>;

/** Both sides now, what they held when they last agreed, what is held back and why, and what happened to the pair. */
export async function showLink(session: Session, id: string): Promise<ExitCode> {
  const { out } = session;
  const kept = await withStore(session, (store) => keptLink(store, id, historyShown));
  const now = await readNow(session, kept.link);
  if (out.json) {
    const { link, history, conflicts, children } = kept;
    await out.line({
      ...linkLine(link),
      origin: link.origin,
      now,
      bases: link.bases,
      holds: link.holds,
      life: link.life,
      conflicts,
      comments: commentsIn(children).map(commentLine),
      files: filesIn(children).map(fileLine),
      history,
    });
  } else {
    for (const part of parts(kept, now)) await out.text(part);
  }
  return exitCodes.done;
}

/** What is kept is worth showing even where a side, or its settings, are out of order. */
async function readNow(session: Session, link: Link): Promise<Now> {
  const { out } = session;
  try {
    return await withApp(session, ({ app }) => readSides(session, app.engine, link));
  } catch (error) {
    out.note(`Neither side could be asked. ${reportError(error).text}`);
    return { servicenow: null, salesforce: null };
  }
}

async function readSides({ out }: Session, engine: Engine, link: Link): Promise<Now> {
  const pair = pairOf(engine, link.pair);
  if (pair === undefined) {
    out.note(`The mapping file has no pair "${link.pair}" any more, so neither side was asked.`);
    return { servicenow: null, salesforce: null };
  }
  const now = await readLink(engine, link);
  return bothSides((side): Fields | null => {
    const answer = now[side];
    if (answer.kind === 'found') return answer.record.fields;
    if (answer.kind === 'error') out.note(reportError(answer.error).text);
    else out.note(`${sideNames[side]} does not show its record${answer.kind === 'deleted' ? ': it was deleted' : ''}.`);
    return null;
  });
}

function parts({ link, history, conflicts, children }: KeptLink, now: Now): readonly string[] {
  const head = [
    `${pairName(link)}  ${link.status}`,
    `Link ${link.id} of ${link.pair}, born in ${sideNames[link.origin]}, last synced ${shortTime(link.lastSyncedAt)} UTC`,
    ...(link.life === null && link.status !== 'detached' ? [] : [describeLife(link)]),
  ].join('\n');
  const tables = bothSides((side) => `\n${sideNames[side]} ${link.ids[side]}\n${fieldTable(link, side, now[side])}`);
  const comments = commentsIn(children).map(commentText);
  const files = filesIn(children).map(fileText);
  const waiting = [...link.holds.map(describeHold), ...conflicts.map(describeConflict)];
  return [
    head,
    ...sides.map((side) => tables[side]),
    ...(waiting.length === 0 ? [] : [`\nLeft alone\n${waiting.map((line) => `  ${line}`).join('\n')}`]),
    ...(comments.length === 0 ? [] : [`\nComments\n${comments.join('\n')}`]),
    ...(files.length === 0 ? [] : [`\nFiles\n${files.join('\n')}`]),
    `\nHistory\n${history.length === 0 ? '  nothing yet' : historyLines(history)}`,
  ];
}

/** Comments and follow-ups; the further parts of a long text are no comments of their own. */
function commentsIn(children: readonly ChildRow[]): readonly ChildRow[] {
  return children.filter((row) => row.kind === 'comment' && row.sourceId !== '*' && !/#\d+$/.test(row.sourceId));
}

function fieldTable(link: Link, side: Side, now: Fields | null): string {
  const base = link.bases[side].fields;
  const names = [...new Set([...Object.keys(base), ...Object.keys(now ?? {})])].toSorted();
  const rows = names.map((name) => {
    const agreed = shown(base[name]);
    if (now === null) return [`  ${name}`, agreed];
    const current = shown(now[name]);
    return [`  ${name}`, current, current === agreed ? 'the same' : agreed];
  });
  return table(now === null ? ['  Field', 'Last agreed on'] : ['  Field', 'Now', 'Last agreed on'], rows);
}

function shown(value: Fields[string] | undefined): string {
  return value === undefined ? '–' : JSON.stringify(value);
}

function historyLines(history: readonly HistoryRow[]): string {
  return history
    .map((row) => `  ${shortTime(row.at)}  ${describeMoves([row])}${row.by === null ? '' : ` (${oneLine(row.by)})`}`)
    .join('\n');
}
