/** One local desk in a process of its own; people work at it through the channel to the conductor. */
import type { DeskRow, Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSalesforceSandbox } from '../../../src/sandbox/salesforce.ts';
import { startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import type { FromDesk, ToDesk } from '../words.ts';

const side = process.argv[2];
const sandbox: Sandbox = side === 'servicenow' ? await startServiceNowSandbox({}) : await startSalesforceSandbox({});
const person = side === 'servicenow' ? 'david.loo' : 'ada@sandbox.example';

function tell(message: FromDesk): void {
  process.send?.(message);
}

async function act(message: ToDesk): Promise<readonly DeskRow[]> {
  const { desk } = sandbox;
  switch (message.kind) {
    case 'create':
      return [desk.create(message.object, message.fields, person)];
    case 'edit': {
      const id = side === 'servicenow' ? 'sys_id' : 'Id';
      const before = desk.find(message.object, id, message.id);
      return [...(before === null ? [] : [before]), desk.edit(message.object, message.id, message.fields, person)];
    }
    case 'comment':
      desk.comment(message.object, message.id, message.text, message.channel, person);
      return [];
    case 'attach': {
      const { name, shared } = message;
      desk.attach(
        message.object,
        message.id,
        { name, shared, type: 'text/plain', content: Buffer.from(message.text) },
        person,
      );
      return [];
    }
    case 'files':
      return desk.files(message.object, message.id).map(({ id, name }) => ({ id, number: '', fields: { name } }));
    case 'remove':
      desk.remove(message.object, message.id, person);
      return [];
    case 'rows':
      return desk.rows(message.object);
    case 'find': {
      const row = desk.find(message.object, message.field, message.value);
      return row === null ? [] : [row];
    }
    case 'faults':
      sandbox.faults.clear();
      for (const fault of message.faults) sandbox.faults.add(fault);
      return [];
    case 'stop':
      await sandbox.stop();
      setImmediate(() => process.exit(0));
      return [];
  }
}

// Whoever started us is gone: nobody would end us otherwise.
process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToDesk) => {
  void act(message).then(
    (rows) => tell({ kind: 'answer', ask: message.ask, rows }),
    (error: unknown) => tell({ kind: 'refused', ask: message.ask, why: String(error) }),
  );
});

const { clientId, clientSecret } = sandbox.account;
tell({ kind: 'started', account: { url: sandbox.url, clientId, clientSecret } });
