import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { afterLists, listsPerCall, type ReadSize } from '../../../src/connectors/servicenow/read-size.ts';
import { type ServiceNowSandbox, startServiceNowSandbox } from '../../../src/sandbox/servicenow.ts';
import { type Client, clientFor } from './support.ts';

const start = Date.parse('2026-03-04T05:06:07.000Z');

/** Calls at these seconds, each as large as it may be; `cut`: it was cut off. Returns how many lists each had. */
function calls(...run: readonly (readonly [second: number, cut: boolean])[]): readonly number[] {
  let size: ReadSize | null = null;
  return run.map(([second, cutOff]) => {
    const now = start + second * 1_000;
    const sent = listsPerCall(size, now);
    size = afterLists(size, { sent, cutOff, now });
    return sent;
  });
}

const [cut, whole] = [true, false];

describe('how many lists go into a call', () => {
  it('all of them where nothing speaks against it', () => {
    expect(calls([0, whole], [1, whole])).toEqual([100, 100]);
  });

  it('half as many after a call that was cut off, and more with each that is not, half a minute later', () => {
    const up = [31, 33, 34, 35, 36].map((second) => [second, whole] as const);
    expect(calls([0, cut], [1, cut], [2, cut], [3, whole], ...up)).toEqual([100, 50, 25, 12, 12, 24, 48, 96, 100]);
  });

  it('two half a minute after they were down to one, and all within seconds of that', () => {
    const down = [0, 1, 2, 3, 4, 5, 6].map((second) => [second, cut] as const);
    const up = [36, 37, 38, 39, 40, 41, 42].map((second) => [second, whole] as const);
    expect(calls(...down, [34, whole], ...up)).toEqual([100, 50, 25, 12, 6, 3, 1, 1, 2, 4, 8, 16, 32, 64, 100]);
  });

  it('tried again ever less often where a list stays slow', () => {
    const down = [0, 1, 2, 3, 4, 5].map((second) => [second, cut] as const);
    const tries = calls(...down, [36, cut], [90, cut], [97, cut], [200, cut], [218, cut], [3_000, cut]).slice(6);
    expect(tries).toEqual([2, 1, 2, 1, 2, 2]);
  });
});

describe('a ServiceNow that was slow for once', () => {
  let sandbox: ServiceNowSandbox;
  let client: Client;
  beforeEach(async () => {
    sandbox = await startServiceNowSandbox();
    const { clientId, clientSecret } = sandbox.account;
    const auth = { kind: 'client_credentials', clientId, clientSecret: new Secret(clientSecret) } as const;
    client = clientFor(sandbox.url, { auth });
  });
  afterEach(() => sandbox.stop());

  it('is read in few calls again within a minute', async () => {
    const { desk, clock } = client;
    const ids = Array.from({ length: 12 }, (_, n) => sandbox.desk.create('incident', { urgency: '3' }, `a${n}`).id);
    const find = () =>
      desk.find?.(ids.map((id) => ({ object: 'incident', field: 'sys_id', values: [id], fields: ['urgency'] })));
    const cost = async (): Promise<number> => {
      sandbox.forgetCalls();
      expect((await find())?.map(({ rows }) => rows.length)).toEqual(ids.map(() => 1));
      return sandbox.calls().filter((call) => call.counted).length;
    };
    expect(await cost()).toBe(1);
    sandbox.properties.itemMs = () => 20_000;
    expect(await cost()).toBeGreaterThan(5);
    sandbox.properties.itemMs = () => 5;
    clock.advance(30_000);
    expect(await cost()).toBeLessThan(5);
    expect(await cost()).toBe(1);
  });
});
