import { asideMethods } from '../../src/store/prisma/aside.ts';
import { childMethods } from '../../src/store/prisma/children.ts';
import { conflictMethods } from '../../src/store/prisma/conflicts.ts';
import type { Db } from '../../src/store/prisma/db.ts';
import { Prisma } from '../../src/store/prisma/generated/client.ts';
import { historyMethods } from '../../src/store/prisma/history.ts';
import { intentMethods } from '../../src/store/prisma/intents.ts';
import { linkCountMethods } from '../../src/store/prisma/link-counts.ts';
import { linkMethods } from '../../src/store/prisma/links.ts';
import { matchingMethods } from '../../src/store/prisma/matching.ts';
import { overviewMethods } from '../../src/store/prisma/overview.ts';
import { pendingMethods } from '../../src/store/prisma/pending.ts';
import { quarantineMethods } from '../../src/store/prisma/quarantine.ts';
import type { PrismaStore } from '../../src/store/prisma/store.ts';

/** A step of a plan, as `EXPLAIN (FORMAT JSON)` tells it. */
interface Step {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Step[];
}

export interface Explained {
  /** Indexes that the planner takes, in any of the statements. */
  readonly indexes: readonly string[];
  /** Tables that it reads from end to end. */
  readonly wholeTables: readonly string[];
}

/** What the planner means to do for everything that `work` asks of the store, statement by statement, with the values it is asked with. */
export async function explained(store: PrismaStore, work: (tx: Queries) => Promise<unknown>): Promise<Explained> {
  const steps: Step[] = [];
  await store.raw(async (db) => work(queriesOf(listening(db, steps))));
  const all = steps.flatMap(withParts);
  return {
    indexes: [...new Set(all.flatMap((step) => step['Index Name'] ?? []))].toSorted(),
    wholeTables: [
      ...new Set(all.flatMap((step) => (step['Node Type'].includes('Seq Scan') ? (step['Relation Name'] ?? []) : []))),
    ],
  };
}

function queriesOf(db: Db) {
  return {
    ...linkMethods(db),
    ...linkCountMethods(db),
    ...overviewMethods(db),
    ...asideMethods(db),
    ...conflictMethods(db),
    ...pendingMethods(db),
    ...childMethods(db),
    ...historyMethods(db),
    ...intentMethods(db),
    ...quarantineMethods(db),
    ...matchingMethods(db),
  };
}

type Queries = ReturnType<typeof queriesOf>;

/** That transaction, with each question explained before it is asked. */
function listening(db: Db, steps: Step[]): Db {
  const ask = async (first: TemplateStringsArray | Prisma.Sql, ...values: unknown[]): Promise<unknown> => {
    const sql = Array.isArray(first) ? Prisma.sql(first, ...values) : (first as Prisma.Sql);
    const plans = await db.$queryRaw<{ 'QUERY PLAN': { readonly Plan: Step }[] }[]>(
      Prisma.sql`EXPLAIN (FORMAT JSON) ${sql}`,
    );
    steps.push(...plans.flatMap((row) => row['QUERY PLAN'].map(({ Plan }) => Plan)));
    return db.$queryRaw(sql);
  };
  return new Proxy(db, {
    get: (target, name) => (name === '$queryRaw' ? ask : Reflect.get(target, name, target)),
  });
}

function withParts(step: Step): readonly Step[] {
  return [step, ...(step.Plans ?? []).flatMap(withParts)];
}
