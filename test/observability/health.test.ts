import { describe, expect, it, onTestFinished } from 'vitest';
import { startHealth } from '../../src/observability/health.ts';

async function serve(ready: () => Promise<boolean>): Promise<string> {
  const server = await startHealth({ host: '127.0.0.1', port: 0, ready });
  onTestFinished(() => server.stop());
  return server.url;
}

const ask = async (url: string, init?: RequestInit): Promise<readonly [number, string]> => {
  const response = await fetch(url, init);
  return [response.status, (await response.text()).trim()];
};

describe('health', () => {
  it('says yes or no and nothing else', async () => {
    const url = await serve(async () => true);
    expect(await ask(`${url}/healthz`)).toEqual([200, 'yes']);
    expect(await ask(`${url}/readyz?verbose`)).toEqual([200, 'yes']);
    expect(await ask(`${url}/metrics`)).toEqual([404, 'no']);
    expect(await ask(`${url}/healthz`, { method: 'POST' })).toEqual([405, 'no']);
  });

  it('lives but is not ready while it cannot work', async () => {
    const url = await serve(() => Promise.reject(new Error('the database at db.internal is gone')));
    expect(await ask(`${url}/healthz`)).toEqual([200, 'yes']);
    expect(await ask(`${url}/readyz`)).toEqual([503, 'no']);
  });

  it('says so when its port is taken', async () => {
    const port = Number(new URL(await serve(async () => true)).port);
    await expect(startHealth({ host: '127.0.0.1', port, ready: async () => true })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
