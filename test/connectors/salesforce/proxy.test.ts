import { expect, it, vi } from 'vitest';

it('takes no proxy from the environment, which jsforce reads at import', async () => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:9');
  const { caseRow, clientOf, page, startReplay } = await import('../../support/salesforce-replay.ts');
  const replay = await startReplay();
  try {
    replay.answer(() => ({ status: 200, body: page([caseRow('500dM00000PvwJ7QAJ')]) }));
    const ask = { object: 'Case', fields: [], after: { stamp: '2026-05-01T00:00:00.000Z', id: '' }, limit: 10 };
    expect((await clientOf(replay.url).changes(ask)).records).toHaveLength(1);
  } finally {
    await replay.stop();
  }
});
