import { afterAll, beforeAll, describe } from 'vitest';
import { queueSuite } from './queue.suite.ts';
import { childrenSuite } from './store/children.ts';
import { conflictsSuite } from './store/conflicts.ts';
import { cursorsAndIntentsSuite } from './store/cursors-and-intents.ts';
import { familiesSuite } from './store/families.ts';
import { filesSuite } from './store/files.ts';
import { forgettingSuite } from './store/forgetting.ts';
import { historySuite } from './store/history.ts';
import { linksSuite } from './store/links.ts';
import { livesSuite } from './store/lives.ts';
import { pendingSuite } from './store/pending.ts';
import { peopleSuite } from './store/people.ts';
import { proposalsSuite } from './store/proposals.ts';
import { quarantineSuite } from './store/quarantine.ts';
import { runsSuite } from './store/runs.ts';
import type { OpenStore, Run, StoreUnderTest } from './store/support.ts';
import { tokensSuite } from './store/tokens.ts';
import { transactionsSuite } from './store/transactions.ts';

/** What every Store must do, on whatever it keeps its rows. */
export function storeSuite(name: string, open: OpenStore): void {
  describe(`${name}: rows`, () => {
    let opened: StoreUnderTest;
    const run: Run = (work) => opened.store.transaction(work);
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });

    transactionsSuite(run);
    proposalsSuite(run);
    familiesSuite(run);
    linksSuite(run);
    livesSuite(run);
    cursorsAndIntentsSuite(run);
    pendingSuite(run);
    childrenSuite(run);
    filesSuite(run);
    conflictsSuite(run);
    historySuite(run);
    forgettingSuite(run);
    quarantineSuite(run);
    runsSuite(run);
    peopleSuite(run);
    tokensSuite(() => opened.store);
  });
  queueSuite(name, open);
}
