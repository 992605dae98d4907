import type { Side } from '../../core/side.ts';
import { Prisma } from './generated/client.ts';

const idColumns: Readonly<Record<Side, Prisma.Sql>> = {
  servicenow: Prisma.sql`servicenow_id`,
  salesforce: Prisma.sql`salesforce_id`,
};

/** The column of a link that holds the id of its record on `side`: a name out of two, never a text from outside. */
export function idColumn(side: Side): Prisma.Sql {
  return idColumns[side];
}
