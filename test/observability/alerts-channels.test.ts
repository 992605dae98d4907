import { describe, expect, it } from 'vitest';
import { createSignatures } from '../../src/admin/auth/signature.ts';
import { askAddress } from '../../src/cli/ask-address.ts';
import { Secret } from '../../src/config/secret.ts';
import { AlertRefused, type Message } from '../../src/observability/alerts/channel.ts';
import { createMail } from '../../src/observability/alerts/mail.ts';
import { createWebhook } from '../../src/observability/alerts/webhook.ts';
import { openSink } from './http-sink.ts';
import { openMailSink } from './smtp-sink.ts';

const now = Date.UTC(2026, 2, 2, 8);
const { signal } = new AbortController();
const message: Message = {
  id: 'message-1',
  sentAt: new Date(now).toISOString(),
  notices: [
    {
      state: 'raised',
      key: 'lag:servicenow',
      since: '2026-03-02T07:59:00.000Z',
      times: 1,
      text: 'ServiceNow was not read to its end for 20 min.',
    },
    {
      state: 'resolved',
      key: 'quarantine-grows',
      since: '2026-03-02T06:00:00.000Z',
      times: 3,
      text: '12 records are set aside.',
    },
  ],
};

const webhookTo = (url: string, secret: string | null = 'wake_c4n4ry') =>
  createWebhook({
    url: new Secret(url),
    secret: secret === null ? null : new Secret(secret),
    ask: askAddress,
    now: () => now,
  });

describe('the webhook', () => {
  it('is told what is new in JSON, and in one text', async () => {
    const sink = await openSink();
    await webhookTo(`${sink.url}/hooks/a?b=c`).send(message, signal);
    const [heard] = sink.heard;
    expect(heard).toMatchObject({ method: 'POST', path: '/hooks/a?b=c' });
    expect(heard?.headers['content-type']).toContain('application/json');
    expect(JSON.parse(heard?.body ?? '')).toEqual({
      version: 1,
      service: 'casebridge',
      id: 'message-1',
      sentAt: '2026-03-02T08:00:00.000Z',
      text: 'ServiceNow was not read to its end for 20 min.\nOver: 12 records are set aside.',
      alerts: [
        { ...message.notices[0], kind: 'lag', about: 'servicenow' },
        { ...message.notices[1], kind: 'quarantine-grows', about: null },
      ],
    });
  });

  it('is signed in the form that we ask of desks ourselves, and not at all without a secret', async () => {
    const sink = await openSink();
    await webhookTo(sink.url).send(message, signal);
    await webhookTo(sink.url, null).send(message, signal);
    const [signed, plain] = sink.heard;
    const check = createSignatures(new Secret('wake_c4n4ry'), () => now);
    const parts = {
      timestamp: String(signed?.headers['x-casebridge-timestamp']),
      signature: String(signed?.headers['x-casebridge-signature']),
    };
    expect(check({ ...parts, body: `${signed?.body ?? ''} ` })).toBe('wrong');
    expect(check({ ...parts, body: signed?.body ?? '' })).toBeNull();
    expect(plain?.headers['x-casebridge-signature']).toBeUndefined();
    expect(JSON.stringify(sink.heard)).not.toContain('c4n4ry');
  });

  it.each([301, 302, 307, 308])('is not followed to where a %i points', async (status) => {
    const [sink, elsewhere] = [await openSink(), await openSink()];
    sink.answers(status, { location: `${elsewhere.url}/stolen` });
    await expect(webhookTo(sink.url).send(message, signal)).rejects.toBeInstanceOf(AlertRefused);
    expect(elsewhere.heard).toEqual([]);
  });

  it.each([400, 404, 500])('has not taken what it answers with %i', async (status) => {
    const sink = await openSink();
    sink.answers(status);
    await expect(webhookTo(sink.url).send(message, signal)).rejects.toThrow(`answered ${status}`);
  });

  it('has not taken what it never answers, and the address is in no error', async () => {
    const sink = await openSink();
    await sink.stop();
    const failure = await webhookTo(`${sink.url}/hooks/c4n4ry`)
      .send(message, signal)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).not.toContain('c4n4ry');
  });
});

describe('the mail', () => {
  const mailTo = (smtp: string) =>
    createMail({
      smtp: new Secret(smtp),
      from: 'casebridge@example.com',
      to: ['desk@example.com', 'oncall@example.com'],
    });

  it('goes to everybody, with the first alert as its subject', async () => {
    const sink = await openMailSink();
    await mailTo(`smtp://127.0.0.1:${sink.port}`).send(message, signal);
    const text = sink.said.join('\n');
    expect(text).toContain('MAIL FROM:<casebridge@example.com>');
    expect(text).toContain('RCPT TO:<desk@example.com>');
    expect(text).toContain('RCPT TO:<oncall@example.com>');
    expect(text).toMatch(/^Subject: \[Casebridge\] ServiceNow was not read .*\(and 1\n? more\)/m);
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toContain('Over: 12 records are set aside.');
    expect(text).toContain('told 3 times');
  });

  it('logs in where the address says with what', async () => {
    const sink = await openMailSink(['AUTH PLAIN']);
    await mailTo(`smtp://desk%40example.com:p%2Fw@127.0.0.1:${sink.port}`).send(message, signal);
    const [, given = ''] = /^AUTH PLAIN (.+)$/m.exec(sink.said.join('\n')) ?? [];
    expect(Buffer.from(given, 'base64').toString()).toBe('\0desk@example.com\0p/w');
  });

  it('is not sent in the clear to another machine', async () => {
    // A name that is not loopback and leads here all the same: 0.0.0.0 reaches this machine on Linux.
    const sink = await openMailSink();
    await expect(mailTo(`smtp://0.0.0.0:${sink.port}`).send(message, signal)).rejects.toThrow(/STARTTLS|TLS/i);
    expect(sink.said.join('\n')).not.toContain('MAIL FROM');
  });

  it('keeps a line end in an alert out of its header', async () => {
    const sink = await openMailSink();
    const [notice] = message.notices;
    if (notice === undefined) throw new Error('no notice');
    const forged = { ...message, notices: [{ ...notice, text: 'lag\r\nBcc: everybody@example.com' }] };
    await mailTo(`smtp://127.0.0.1:${sink.port}`).send(forged, signal);
    const header = sink.said.slice(0, sink.said.indexOf('', sink.said.indexOf('DATA')));
    expect(header.filter((line) => line.startsWith('Bcc'))).toEqual([]);
  });
});
