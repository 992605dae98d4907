import type { Prisma } from './generated/client.ts';

/** A transaction of the Prisma client. */
export type Db = Prisma.TransactionClient;
