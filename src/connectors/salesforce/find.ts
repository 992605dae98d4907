import type { Fields, FieldValue } from '../../core/record.ts';
import type { FindRequest, Found, FoundRow } from '../ticket-system.ts';
import { queryEach } from './composite.ts';
import { chunksOf } from './chunks.ts';
import { normaliseId } from './ids.ts';
import { pick } from './records.ts';
import type { Session } from './session.ts';
import { isIn, select } from './soql.ts';
import type { Row } from './wire.ts';

/** Values that one statement names: as many rows as a page holds at least, where each has one. */
const namedPerQuery = 200;

/** Looks rows up by what they hold, `TicketSystem.find`: five statements a call, every page of each. */
export async function find(session: Session, requests: readonly FindRequest[]): Promise<readonly Found[]> {
  const asks = requests.flatMap((request, at) =>
    chunksOf(
      [...new Set(request.values)].filter((value) => value !== ''),
      namedPerQuery,
    ).map((values) => ({ at, values })),
  );
  const statements = asks.map(({ at, values }) => {
    const request = requests[at];
    if (request === undefined) throw new RangeError('a part of no request');
    return select({
      object: request.object,
      fields: ['Id', request.field, ...request.fields],
      where: isIn(request.field, values),
    });
  });
  const answers = await queryEach(session, statements);
  return requests.map((request, at) => ({
    rows: asks.flatMap((ask, index) => (ask.at === at ? rowsHolding(request, ask.values, answers[index] ?? []) : [])),
    whole: true,
  }));
}

/** Only rows that hold what was asked for. Text is compared without letter case, as SOQL does. */
function rowsHolding(request: FindRequest, values: readonly string[], rows: readonly Row[]): readonly FoundRow[] {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  return rows.flatMap((row): FoundRow[] => {
    const id = normaliseId(row.Id);
    const fields: Fields = pick(row, [request.field, ...request.fields]);
    const held: FieldValue = fields[request.field] ?? null;
    return id === null || held === null || !wanted.has(String(held).toLowerCase()) ? [] : [{ id, fields }];
  });
}
