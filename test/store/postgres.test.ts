import { randomBytes } from 'node:crypto';
import { Secret } from '../../src/config/secret.ts';
import { storeSuite } from '../conformance/store.suite.ts';
import { newDatabase, storeOn } from '../support/database.ts';

storeSuite('postgres store', async () => {
  const database = await newDatabase();
  const secretKey = new Secret(randomBytes(32).toString('base64'));
  const store = await storeOn(database, { secretKey });
  return {
    store,
    another: () => storeOn(database, { secretKey }),
    // What the supervisor sees of a killed worker: its heartbeats stay away.
    loseWorkers: async () => {
      await database.query(`UPDATE pgboss.job SET heartbeat_on = now() - interval '1 minute' WHERE state = 'active'`);
    },
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
});
