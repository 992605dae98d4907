import { Secret } from '../../src/config/secret.ts';
import { createGate } from '../../src/connectors/gate.ts';
import { createMemoryVault } from '../../src/connectors/memory-vault.ts';
import { createServiceNow } from '../../src/connectors/servicenow/servicenow.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Fields } from '../../src/core/record.ts';
import { startServiceNowSandbox } from '../../src/sandbox/servicenow.ts';
import { realClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { type DeskUnderTest, partnerIds, ticketSystemSuite } from './ticket-system.suite.ts';

// The Salesforce client sits the same suite in test/connectors/salesforce/sandbox.test.ts, beside its own trials.

async function openServiceNow(): Promise<DeskUnderTest> {
  let ahead = 0;
  const clock: Clock = { ...realClock(), now: () => Date.now() + ahead };
  const sandbox = await startServiceNowSandbox({ now: clock.now, random: seededRandom(3) });
  const { clientId, clientSecret } = sandbox.account;
  const system = createServiceNow({
    settings: {
      url: sandbox.url,
      auth: { kind: 'client_credentials', clientId, clientSecret: new Secret(clientSecret) },
      maxConcurrency: 2,
    },
    vault: createMemoryVault(),
    clock,
    gate: createGate({ concurrency: 2, clock }),
  });
  const texts = (fields: Fields): Readonly<Record<string, string | null>> =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === null ? null : String(value)]));
  return {
    system,
    object: 'incident',
    title: 'short_description',
    text: 'description',
    choice: { field: 'urgency', values: ['3', '2'] },
    required: {},
    // The data policy wants a resolution code and notes with it.
    refused: { state: '6' },
    put: (fields) => sandbox.desk.create('incident', texts(fields), 'abel.tuter').id,
    edit: (id, fields) => void sandbox.desk.edit('incident', id, texts(fields), 'abel.tuter'),
    remove: (id) => sandbox.desk.remove('incident', id, 'abel.tuter'),
    comment: (id, text, channel) => sandbox.desk.comment('incident', id, text, channel, 'abel.tuter'),
    attach: (id, name, content) => void sandbox.desk.attach('incident', id, { name, content }, 'beth.anglin'),
    partnerId: partnerIds('servicenow', seededRandom(11)),
    tick: async () => {
      ahead += 1000;
    },
    breakNext: () => sandbox.faults.add({ kind: 'unavailable', times: 1 }),
    close: () => sandbox.stop(),
  };
}

ticketSystemSuite('servicenow over HTTP', openServiceNow);
