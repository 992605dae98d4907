/**
 * API calls per 1,000 comments read and posted, counted by the sandboxes themselves.
 * Run: node scripts/bench/comment-calls.ts
 */
import { Secret } from '../../src/config/secret.ts';
import { createGate } from '../../src/connectors/gate.ts';
import { createMemoryVault } from '../../src/connectors/memory-vault.ts';
import { createSalesforce } from '../../src/connectors/salesforce/salesforce.ts';
import { createServiceNow } from '../../src/connectors/servicenow/servicenow.ts';
import type { TicketSystem } from '../../src/connectors/ticket-system.ts';
import type { Clock } from '../../src/core/clock.ts';
import { startSalesforceSandbox } from '../../src/sandbox/salesforce.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startServiceNowSandbox } from '../../src/sandbox/servicenow.ts';

const comments = 1_000;
/** As many tickets as the engine takes in one batch. */
const perRead = 200;

/** Pauses cost nothing here: calls are counted, not seconds. */
let ahead = 0;
const clock: Clock = {
  now: () => Date.now() + ahead,
  sleep: async (ms) => {
    ahead += ms;
    await Promise.resolve();
  },
};

const servicenow = await startServiceNowSandbox({ now: clock.now });
const salesforce = await startSalesforceSandbox({ now: clock.now });
const { clientId, clientSecret } = servicenow.account;
const snow = createServiceNow({
  settings: {
    url: servicenow.url,
    auth: { kind: 'client_credentials', clientId, clientSecret: new Secret(clientSecret) },
    maxConcurrency: 2,
  },
  vault: createMemoryVault(),
  clock,
  gate: createGate({ concurrency: 2, clock }),
});
const force = createSalesforce({
  settings: {
    loginUrl: salesforce.url,
    auth: {
      kind: 'jwt_bearer',
      clientId: salesforce.account.clientId,
      username: salesforce.account.username,
      privateKey: new Secret(salesforce.account.privateKey),
    },
    apiVersion: '66.0',
    maxConcurrency: 5,
    dailyCallsShare: 1,
  },
  vault: createMemoryVault(),
  clock,
  gate: createGate({ concurrency: 5, clock }),
});

/** Calls that a piece of work costs. */
async function cost(desk: Sandbox, work: () => Promise<unknown>): Promise<number> {
  desk.forgetCalls();
  await work();
  return desk.calls().filter((call) => call.counted).length;
}

async function measure(
  name: string,
  system: TicketSystem,
  desk: Sandbox,
  object: string,
  perTicket: number,
): Promise<void> {
  const title = object === 'Case' ? 'Subject' : 'short_description';
  const ids = Array.from(
    { length: comments / perTicket },
    (_, n) => desk.desk.create(object, { [title]: `Ticket ${n}` }, 'igor.itil').id,
  );
  const posts = ids.flatMap((recordId) =>
    Array.from({ length: perTicket }, (_, n) => ({
      object,
      recordId,
      channel: n % 2 === 0 ? ('public' as const) : ('internal' as const),
      text: `Comment ${n} on ${recordId}. ${'Text of some length. '.repeat(10)}`,
    })),
  );
  const posted = await cost(desk, async () => system.children?.post(posts));
  const read = async (): Promise<void> => {
    for (let start = 0; start < ids.length; start += perRead) {
      await system.read(object, ids.slice(start, start + perRead), [title], { comments: true, files: false });
    }
  };
  const plain = await cost(desk, async () => {
    for (let start = 0; start < ids.length; start += perRead) {
      await system.read(object, ids.slice(start, start + perRead), [title]);
    }
  });
  const seen = await cost(desk, read);
  console.log(
    `${name.padEnd(36)} ${String(perTicket).padStart(10)} ${String(posted).padStart(8)} ${String(seen).padStart(8)} ${String(plain).padStart(18)}`,
  );
}

console.log('Calls for 1,000 comments, in reads of 200 tickets');
console.log(`${''.padEnd(36)} per ticket   posted     read  tickets without`);
for (const perTicket of [1, 4, 20]) {
  await measure('ServiceNow, rows', snow, servicenow, 'incident', perTicket);
}
servicenow.rights.change('casebridge', { journal: false });
for (const perTicket of [1, 4, 20]) {
  await measure('ServiceNow, rendered journals', snow, servicenow, 'incident', perTicket);
}
for (const perTicket of [1, 4, 20]) await measure('Salesforce', force, salesforce, 'Case', perTicket);
await servicenow.stop();
await salesforce.stop();
