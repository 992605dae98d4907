import type { FieldDate, FieldDateAsk } from '../ticket-system.ts';
import { ConnectorError } from '../errors.ts';
import { queryEach } from './composite.ts';
import { normaliseId } from './ids.ts';
import { chunksOf } from './chunks.ts';
import { isoTime, textOf } from './records.ts';
import type { Session } from './session.ts';
import { both, isIn, select, since } from './soql.ts';
import type { Row } from './wire.ts';

/** `CaseHistory` with `CaseId`; `Thing__History` with `ParentId`. */
function historyOf(object: string): { readonly object: string; readonly parent: string } {
  return object.endsWith('__c')
    ? { object: object.replace(/__c$/, '__History'), parent: 'ParentId' }
    : { object: `${object}History`, parent: `${object}Id` };
}

/** Where an object's field history is kept: `CaseHistory`, `Thing__History`. */
export function historyObject(object: string): string {
  return historyOf(object).object;
}

/** Codes that mean: this org or this user has no such history. */
const unreadable = new Set([
  'INVALID_TYPE',
  'INVALID_FIELD',
  'NOT_FOUND',
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_OR_READONLY',
]);

interface Change {
  readonly at: string;
  readonly by: string | null;
}

const keyOf = (id: string, field: string): string => `${id} ${field.toLowerCase()}`;

/** The latest change of each field of each record, after its own `since`. */
function latest(rows: readonly Row[], parent: string, asks: readonly FieldDateAsk[]): readonly FieldDate[] {
  const changes = new Map<string, Change[]>();
  for (const row of rows) {
    const id = normaliseId(textOf(row, parent));
    const at = isoTime(row.CreatedDate);
    if (id === null || at === null) continue;
    const key = keyOf(id, textOf(row, 'Field'));
    const by = normaliseId(textOf(row, 'CreatedById'));
    changes.set(key, [...(changes.get(key) ?? []), { at, by }]);
  }
  return asks.map((ask) => {
    const own = changes.get(keyOf(normaliseId(ask.id) ?? '', ask.field)) ?? [];
    const after = own.filter((change) => Date.parse(change.at) > Date.parse(ask.since));
    return after.reduce<FieldDate>((best, change) => (best === null || change.at > best.at ? change : best), null);
  });
}

/** When fields last changed, by the object's field history. All null where it is not kept or not readable. */
export async function fieldDates(
  session: Session,
  object: string,
  asks: readonly FieldDateAsk[],
): Promise<readonly FieldDate[]> {
  const ids = [...new Set(asks.map((ask) => normaliseId(ask.id)).filter((id) => id !== null))];
  const first = asks.map((ask) => ask.since).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  if (ids.length === 0 || first === undefined) return asks.map(() => null);
  const history = historyOf(object);
  const statements = chunksOf(ids, 200).map((chunk) =>
    select({
      object: history.object,
      fields: ['Id', history.parent, 'Field', 'CreatedDate', 'CreatedById'],
      where: both(isIn(history.parent, chunk), since('CreatedDate', first)),
    }),
  );
  try {
    return latest((await queryEach(session, statements)).flat(), history.parent, asks);
  } catch (error) {
    if (error instanceof ConnectorError && unreadable.has(error.data.code ?? '')) return asks.map(() => null);
    throw error;
  }
}
