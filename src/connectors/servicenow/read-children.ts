import type { Children, ChildrenAsk } from '../children.ts';
import type { ReadResult } from '../ticket-system.ts';
import { chunksThatFit } from './chunks.ts';
import { type Context, recordsOf } from './context.ts';
import { fileRequests, filesIn } from './files.ts';
import type { Journal } from './journal.ts';
import { type Listed, listMany, orThrow } from './list-many.ts';
import { byIds, onlyAsked } from './read.ts';
import { normalId } from './records.ts';
import { listPath, type ListRequest } from './table.ts';

/** The longest of the lists beside the rows is this much longer than the list of the rows can be. */
const roomForOthers = 600;

/** Some tickets and what is asked for them; all of it goes into one Batch call. */
interface Group {
  readonly ids: readonly string[];
  readonly rows: ListRequest;
  readonly journal: readonly ListRequest[];
  readonly files: readonly ListRequest[];
}

/** Reads by id with what hangs on the tickets, in the call that reads the tickets; `TicketSystem.read` with `children`. */
export async function readWithChildren(
  context: Context,
  journal: Journal,
  asked: { readonly object: string; readonly ids: readonly string[]; readonly fields: readonly string[] },
  ask: ChildrenAsk,
): Promise<readonly ReadResult[]> {
  const { object, ids, fields } = asked;
  const wanted = [...new Set(ids.map(normalId))].filter((id) => id !== null);
  const rowsFor = (some: readonly string[]): ListRequest => byIds(object, some, fields);
  const longest = context.rest.longestPath - roomForOthers;
  const groups = chunksThatFit(wanted, (some) => listPath(rowsFor(some)), longest).map((some): Group => ({
    ids: some,
    rows: rowsFor(some),
    journal: ask.comments ? journal.requests(object, some) : [],
    files: ask.files ? fileRequests(context, object, some) : [],
  }));
  const answers = [
    ...(await listMany(
      context,
      groups.flatMap(({ rows, journal: own, files }) => [rows, ...own, ...files]),
    )),
  ];
  const found = new Map<string, ReadResult>();
  for (const group of groups) {
    const [rows, ...others] = answers.splice(0, 1 + group.journal.length + group.files.length);
    for (const result of await readGroup(context, journal, { object, fields, ask }, group, rows, others)) {
      if (result.kind === 'found') found.set(result.record.id, result);
    }
  }
  return ids.map((id) => found.get(normalId(id) ?? '') ?? { kind: 'absent', id });
}

async function readGroup(
  context: Context,
  journal: Journal,
  { object, fields, ask }: { object: string; fields: readonly string[]; ask: ChildrenAsk },
  group: Group,
  rows: Listed | undefined,
  others: readonly Listed[],
): Promise<readonly ReadResult[]> {
  if (rows === undefined) return [];
  const records = recordsOf(context, object, onlyAsked(object, orThrow(rows).rows, group.ids), fields);
  const journals = others.slice(0, group.journal.length);
  const comments = ask.comments ? await journal.commentsIn(object, group.ids, group.journal, journals) : null;
  const listed = others.slice(group.journal.length);
  const files = ask.files ? await filesIn(context, object, group.ids, listed) : null;
  return records.map((record) => {
    const children: Children = { comments: comments?.get(record.id) ?? null, files: files?.get(record.id) ?? null };
    return { kind: 'found', record, children };
  });
}
