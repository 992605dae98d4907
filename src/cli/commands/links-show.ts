import type { ChildRow } from '../../core/children.ts';
import type { Link } from '../../core/link.ts';
import type { FieldValue } from '../../core/record.ts';
import { bothSides, type Side, sides } from '../../core/side.ts';
import { describeConflict, describeHold, describeMoves } from '../../observability/describe-change.ts';
import { describeLife } from '../../observability/describe-life.ts';
import { oneLine, pairName, sideNames } from '../../observability/words.ts';
import { type KeptLink, keptLink } from '../../operate/link-view.ts';
import type { HistoryRow } from '../../store/store.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { linkLine } from '../link-line.ts';
import { shortTime, table } from '../output.ts';
import { type Session, withStore } from '../session.ts';
import { commentLine, commentText } from './comment-lines.ts';
import { fileLine, filesIn, fileText } from './file-lines.ts';
import { type Now, readNow } from './link-now.ts';

const historyShown = 50;

/** Both sides now, what they held when they last agreed, what is held back and why, and what happened to the pair. */
export async function showLink(session: Session, id: string): Promise<ExitCode> {
  const { out } = session;
  const kept = await withStore(session, (store) => keptLink(store, id, historyShown));
  const now = await readNow(session, kept);
  if (out.json) {
    const { link, history, conflicts, children } = kept;
    await out.line({
      ...linkLine(link),
      origin: link.origin,
      now: now.fields,
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

function parts({ link, history, conflicts, children }: KeptLink, now: Now): readonly string[] {
  const head = [
    `${pairName(link)}  ${link.status}`,
    `Link ${link.id} of ${link.pair}, born in ${sideNames[link.origin]}, last synced ${shortTime(link.lastSyncedAt)} UTC`,
    ...(link.life === null && link.status !== 'detached' ? [] : [describeLife(link)]),
  ].join('\n');
  const tables = bothSides((side) => `\n${sideNames[side]} ${link.ids[side]}\n${fieldTable(link, side, now)}`);
  const comments = commentsIn(children).map(commentText);
  const files = filesIn(children).map(fileText);
  const waiting = [...link.holds.map(describeHold), ...conflicts.map((row) => describeConflict(row, now.nameOf))];
  return [
    head,
    ...sides.map((side) => tables[side]),
    ...(waiting.length === 0 ? [] : [`\nLeft alone\n${waiting.map((line) => `  ${line}`).join('\n')}`]),
    ...(comments.length === 0 ? [] : [`\nComments\n${comments.join('\n')}`]),
    ...(files.length === 0 ? [] : [`\nFiles\n${files.join('\n')}`]),
    `\nHistory\n${history.length === 0 ? '  nothing yet' : historyLines(history, now)}`,
  ];
}

/** Comments and follow-ups; the further parts of a long text are no comments of their own. */
function commentsIn(children: readonly ChildRow[]): readonly ChildRow[] {
  return children.filter((row) => row.kind === 'comment' && row.sourceId !== '*' && !/#\d+$/.test(row.sourceId));
}

function fieldTable(link: Link, side: Side, { fields, nameIn }: Now): string {
  const base = link.bases[side].fields;
  const now = fields[side];
  const shown = (field: string, value: FieldValue | undefined): string =>
    value === undefined ? '–' : (nameIn(side, field, value) ?? JSON.stringify(value));
  const names = [...new Set([...Object.keys(base), ...Object.keys(now ?? {})])].toSorted();
  const rows = names.map((name) => {
    const agreed = shown(name, base[name]);
    if (now === null) return [`  ${name}`, agreed];
    return [`  ${name}`, shown(name, now[name]), now[name] === base[name] ? 'the same' : agreed];
  });
  return table(now === null ? ['  Field', 'Last agreed on'] : ['  Field', 'Now', 'Last agreed on'], rows);
}

function historyLines(history: readonly HistoryRow[], { nameOf, nameOfWriter }: Now): string {
  return history
    .map((row) => {
      const by = nameOfWriter({ side: row.from, name: row.by }) ?? row.by;
      return `  ${shortTime(row.at)}  ${describeMoves([row], nameOf)}${by === null ? '' : ` (${oneLine(by)})`}`;
    })
    .join('\n');
}
