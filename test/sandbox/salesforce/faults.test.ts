import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../src/sandbox/faults.ts';
import { asBody, errorCode, startBench } from './bench.ts';

describe('faults at the local Salesforce', () => {
  it.each<[FaultKind, number, string | null]>([
    ['rate-limited', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['rate-limited-bare', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['daily-limit', 403, 'REQUEST_LIMIT_EXCEEDED'],
    ['unavailable', 503, 'SERVER_UNAVAILABLE'],
    ['expired-token', 401, 'INVALID_SESSION_ID'],
    ['ok-error', 200, 'UNKNOWN_EXCEPTION'],
    ['gateway-html', 503, null],
    ['ok-html', 200, null],
    ['ok-empty', 200, null],
    ['accepted-dropped', 202, null],
  ])('%s answers %i and changes nothing', async (kind, status, code) => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind, times: 1 });
    const answer = await bench.send('POST', 'sobjects/Case', { body: {} });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(Array.isArray(answer.body) ? errorCode(answer) : null).toBe(code);
    expect(bench.sandbox.desk.rows('Case')).toEqual([]);
    expect((await bench.send('POST', 'sobjects/Case', { body: {} })).status).toBe(201);
  });

  it('a connection dropped before has done nothing, one dropped after has', async () => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind: 'drop-before', times: 1 });
    await expect(bench.create('Case', {})).rejects.toThrow('fetch failed');
    expect(bench.sandbox.desk.rows('Case')).toHaveLength(0);
    bench.sandbox.faults.add({ kind: 'drop-after', times: 1 });
    await expect(bench.create('Case', {})).rejects.toThrow('fetch failed');
    expect(bench.sandbox.desk.rows('Case')).toHaveLength(1);
    bench.sandbox.faults.add({ kind: 'error-after', times: 1 });
    await expect(bench.create('Case', {})).rejects.toThrow('500');
    expect(bench.sandbox.desk.rows('Case')).toHaveLength(2);
  });

  it('a locked row fails alone, in a collection too', async () => {
    await using bench = await startBench();
    const ids = [await bench.create('Case', {}), await bench.create('Case', {})];
    bench.sandbox.faults.add({ kind: 'locked-row', id: ids[0] ?? '', times: 1 });
    const records = ids.map((id) => ({ attributes: { type: 'Case' }, id, Subject: 'a' }));
    expect((await bench.send('PATCH', 'composite/sobjects', { body: { records } })).body).toMatchObject([
      { success: false, errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] },
      { success: true },
    ]);
  });

  it('a late transaction shows its rows with a stamp older than rows already read, and locks them till then', async () => {
    await using bench = await startBench();
    const seen = await bench.create('Case', { Subject: 'old' });
    bench.sandbox.faults.add({ kind: 'late-rows', ms: 60_000 });
    bench.clock.ms += 1000;
    bench.sandbox.desk.create('Case', { Subject: 'late' }, 'ada');
    bench.sandbox.desk.edit('Case', seen, { Subject: 'edited' }, 'ada');
    bench.clock.ms += 10_000;
    await bench.create('Case', { Subject: 'prompt' });
    const soql = 'SELECT Subject, SystemModstamp FROM Case ORDER BY SystemModstamp, Id';
    const subjects = async () => (await bench.query(soql)).map((row) => row['Subject']);
    expect(await subjects()).toEqual(['old', 'prompt']);
    expect(errorCode(await bench.send('PATCH', `sobjects/Case/${seen}`, { body: {} }))).toBe('UNABLE_TO_LOCK_ROW');
    bench.clock.ms += 60_000;
    const shown = await subjects();
    expect(new Set(shown)).toEqual(new Set(['edited', 'late', 'prompt']));
    expect(shown.at(-1)).toBe('prompt');
  });

  it('a revoked approval ends the session, or refuses the next token', async () => {
    await using bench = await startBench();
    bench.sandbox.faults.add({ kind: 'revoked-token', path: '/services/data', times: 1 });
    expect((await bench.send('GET', 'limits')).status).toBe(401);
    expect((await bench.send('GET', 'limits')).status).toBe(401);
    bench.sandbox.faults.add({ kind: 'revoked-token', path: '/oauth2/token', times: 1 });
    const fields = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: bench.assertion() };
    expect(asBody((await bench.form('/services/oauth2/token', fields)).body)['error']).toBe('invalid_grant');
    expect((await bench.form('/services/oauth2/token', fields)).status).toBe(200);
  });

  it('are switched over HTTP, and neither switches nor pages count as calls', async () => {
    await using bench = await startBench();
    const { url } = bench.sandbox;
    const post = (body: unknown) => fetch(`${url}/sandbox/faults`, { method: 'POST', body: JSON.stringify(body) });
    bench.sandbox.forgetCalls();
    expect((await post({ kind: 'unavailable', path: '/limits' })).status).toBe(200);
    expect((await post({ kind: 'flood' })).status).toBe(400);
    expect((await bench.send('GET', 'limits')).status).toBe(503);
    await fetch(`${url}/sandbox/faults`, { method: 'DELETE' });
    expect((await bench.send('GET', 'limits')).status).toBe(200);
    await bench.send('GET', 'limits', { token: 'none' });
    const calls = await (await fetch(`${url}/sandbox/calls`)).json();
    const path = '/services/data/v66.0/limits';
    expect(calls).toMatchObject([
      { path, status: 503, counted: false },
      { path, status: 200, counted: true },
      { path, status: 401, counted: false },
    ]);
    await bench.create('Case', { Subject: 'seen' });
    expect(await (await fetch(`${url}/sandbox/rows/case`)).json()).toMatchObject([{ Subject: 'seen' }]);
  });
});
