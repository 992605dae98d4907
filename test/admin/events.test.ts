import { describe, expect, it, onTestFinished } from 'vitest';
import { createHub } from '../../src/admin/live/hub.ts';
import type { LiveEvent } from '../../src/admin/schemas/events.ts';
import { newIncident } from '../engine/world.ts';
import { type AdminWorld, createAdminWorld, tokenOf } from './support.ts';

interface Line {
  readonly status: number;
  readonly headers: Headers;
  /** Reads until so many events have come. */
  events(count: number): Promise<readonly LiveEvent[]>;
  /** Everything as it came so far. */
  raw(): string;
  close(): void;
}

/** Opens the stream over a real connection. */
async function listen(url: string, headers: Readonly<Record<string, string>> = {}, query = ''): Promise<Line> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${url}/api/events${query}`, {
    headers: { authorization: `Bearer ${tokenOf('viewer')}`, ...headers },
    signal: abort.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const parsed = (): readonly LiveEvent[] =>
    [...text.matchAll(/^data: (\{"id".*)$/gm)].map(([, json]) => JSON.parse(json ?? '') as LiveEvent);
  return {
    status: response.status,
    headers: response.headers,
    events: async (count) => {
      while (parsed().length < count) {
        const part = await reader?.read();
        if (part === undefined || part.done) break;
        text += part.value;
      }
      return parsed();
    },
    raw: () => text,
    close: () => abort.abort(),
  };
}

async function served(): Promise<AdminWorld & { readonly url: string }> {
  const admin = await createAdminWorld();
  const url = await admin.admin.listen();
  return { ...admin, url };
}

async function happen({ world, admin }: AdminWorld): Promise<void> {
  world.put('servicenow', newIncident);
  await world.sync();
  for (const event of world.events) admin.hear(event);
}

describe('the live stream', () => {
  it('tells what happens as it happens, in sentences and keys', async () => {
    const admin = await served();
    const line = await listen(admin.url);
    expect(line.headers.get('content-type')).toContain('text/event-stream');
    expect(line.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    await happen(admin);
    const events = await line.events(3);
    const created = events.find(({ type }) => type === 'link.created');
    expect(created).toMatchObject({ topic: 'links', pair: 'incident-case', side: 'salesforce' });
    expect(created?.text).toContain('created in Salesforce');
    expect(line.raw()).toMatch(/^retry: \d+$/m);
  });

  it('tells only what was asked for', async () => {
    const admin = await served();
    const line = await listen(admin.url, {}, '?topics=links,acts');
    await happen(admin);
    await admin.ask('POST', '/api/sync');
    const events = await line.events(2);
    expect(new Set(events.map(({ topic }) => topic))).toEqual(new Set(['links', 'acts']));
    expect((await admin.ask('GET', '/api/events?topics=gossip')).status).toBe(400);
  });

  it('tells nobody who comes in, and by what token: that is for the audit trail', async () => {
    const admin = await served();
    const line = await listen(admin.url, {}, '?topics=acts');
    await admin.login(tokenOf('viewer'));
    await admin.ask('POST', '/api/tokens', { as: tokenOf('admin'), body: { name: 'another', role: 'viewer' } });
    await admin.ask('POST', '/api/sync');
    const [first] = await line.events(1);
    expect(first?.text).toBe('operator: sync');
  });

  it('goes on behind the last event that was heard, without a gap and without a repeat', async () => {
    const admin = await served();
    const first = await listen(admin.url);
    await happen(admin);
    const heard = await first.events(2);
    first.close();
    await admin.ask('POST', '/api/sync');
    const second = await listen(admin.url, { 'last-event-id': heard[0]?.id ?? '' });
    await admin.ask('POST', '/api/sync');
    const all = await second.events(heard.length + 1);
    expect(all[0]?.id).toBe(heard[1]?.id);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(second.raw()).not.toContain('event: missed');
  });

  it('says so when what was missed cannot be told any more', async () => {
    const admin = await served();
    const line = await listen(admin.url, { 'last-event-id': 'deadbeef.17' });
    await admin.ask('POST', '/api/sync');
    await line.events(1);
    expect(line.raw()).toContain('event: missed');
  });

  it('carries no text that could end a line of its own', async () => {
    const admin = await served();
    const line = await listen(admin.url);
    const evil = 'Printer\n\ndata: {"id":"forged"}\r\nevent: missed\u2028';
    admin.world.put('servicenow', { ...newIncident, short_description: evil });
    await admin.world.sync();
    await admin.world.edit('servicenow', (await admin.world.link()).ids.servicenow, { short_description: `${evil}!` });
    await admin.world.sync();
    for (const event of admin.world.events) admin.admin.hear(event);
    await line.events(4);
    expect(line.raw()).not.toMatch(/^data: \{"id":"forged"/m);
    expect(line.raw()).not.toMatch(/^event: missed/m);
  });

  it('lets go of everybody when the daemon stops', async () => {
    const admin = await served();
    await listen(admin.url);
    await admin.admin.stop();
    await expect(fetch(`${admin.url}/healthz`)).rejects.toThrow();
  });
});

describe('the hub', () => {
  const event = (text: string) =>
    ({ topic: 'links', type: 'act', pair: null, side: null, linkId: null, text, data: {} }) as const;

  it('drops who does not keep up, and nobody else', () => {
    const hub = createHub('boot', () => 0);
    const heard: string[] = [];
    hub.listen([], () => false);
    hub.listen([], (one) => heard.push(one.text) > 0);
    hub.publish(event('one'));
    hub.publish(event('two'));
    expect(heard).toEqual(['one', 'two']);
    expect(hub.listeners()).toBe(1);
  });

  it('remembers what is bounded', () => {
    const hub = createHub('boot', () => 0);
    for (let n = 0; n < 5000; n += 1) hub.publish(event(String(n)));
    expect(hub.since('boot.1')).toBeNull();
    expect(hub.since('boot.4999')).toHaveLength(1);
    expect(hub.since('boot.5000')).toEqual([]);
    expect(hub.since('boot.9999')).toBeNull();
    expect(hub.since('other.4999')).toBeNull();
    expect(hub.since('boot.x')).toBeNull();
  });
});
