import type { LinkStatus } from '../../core/link.ts';
import { noLinks } from '../overview.ts';
import type { Tx } from '../store.ts';
import type { Db } from './db.ts';
import { Prisma } from './generated/client.ts';
import { toStored } from './text.ts';

type CountMethods = Pick<Tx, 'countLinks' | 'countLinksOf' | 'countEnds' | 'countHeld'>;

/** Figures over all links, none of which looks at all of them. */
export function linkCountMethods(db: Db): CountMethods {
  return {
    countLinks: () => sums(db, Prisma.sql`true`),
    countLinksOf: (pair) => sums(db, Prisma.sql`pair = ${toStored(pair)}`),

    countEnds: async (pair, since) => {
      const name = toStored(pair);
      const [row] = await db.$queryRaw<{ recent: bigint; ending: bigint }[]>`
        SELECT (SELECT count(*) FROM links WHERE pair = ${name} AND life IS NOT NULL
                  AND life->>'at' >= ${since} AND life->>'kind' <> 'missing') AS recent,
               (SELECT count(*) FROM links WHERE pair = ${name} AND life IS NOT NULL
                  AND status <> 'detached' AND life->>'kind' <> 'missing') AS ending`;
      const { detached: _over, ...living } = await sums(db, Prisma.sql`pair = ${name}`);
      const linked = Object.values(living).reduce((sum, count) => sum + count, 0);
      return { recent: Number(row?.recent ?? 0), living: linked - Number(row?.ending ?? 0) };
    },

    countHeld: async () => {
      const [row] = await db.$queryRaw<{ refused: bigint; missing: bigint }[]>`
        SELECT (SELECT count(*) FROM links
                WHERE holds @> '[{"reason": {"kind": "refused"}}]' AND status <> 'detached') AS refused,
               (SELECT count(*) FROM links
                WHERE life IS NOT NULL AND status <> 'detached' AND life->>'kind' = 'missing') AS missing`;
      return { refused: Number(row?.refused ?? 0), missing: Number(row?.missing ?? 0) };
    },
  };
}

/** More steps than this are added up for good by whoever counts next. */
const manySteps = 2000;

/** What one status holds, and how many steps that is. */
interface Sum {
  readonly status: LinkStatus;
  readonly count: bigint;
  readonly steps: bigint;
}

async function sums(db: Db, where: Prisma.Sql): Promise<Record<LinkStatus, number>> {
  const rows = await db.$queryRaw<Sum[]>`
    SELECT status, sum(step)::bigint AS count, count(*) AS steps FROM link_counts WHERE ${where} GROUP BY status`;
  if (rows.reduce((sum, { steps }) => sum + Number(steps), 0) > manySteps) await addUp(db);
  const counts = noLinks();
  for (const { status, count } of rows) counts[status] = Number(count);
  return counts;
}

/** One statement: whoever counts meanwhile sees the steps or their sum. Two never do it at once. */
async function addUp(db: Db): Promise<void> {
  const [row] = await db.$queryRaw<{ free: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended('casebridge link counts', 0)) AS free`;
  if (row?.free !== true) return;
  await db.$executeRaw`
    WITH gone AS (DELETE FROM link_counts RETURNING pair, status, step)
    INSERT INTO link_counts (pair, status, step)
    SELECT pair, status, sum(step) FROM gone GROUP BY pair, status HAVING sum(step) <> 0`;
}
