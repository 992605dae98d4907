import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { secretsOf } from '../../src/config/secrets-of.ts';
import { createRedactor } from '../../src/observability/redact.ts';

const canary = 'c4n4ry/with+odd=signs';
const { text, value } = createRedactor([new Secret(canary), new Secret('1')]);

describe('what is written into logs', () => {
  it.each([
    ['as it stands', `token is ${canary}!`],
    ['percent-encoded', `?client_secret=${encodeURIComponent(canary)}&x=1`],
    ['in base64', `blob ${Buffer.from(canary).toString('base64')}`],
  ])('hides a known secret %s', (_how, line) => {
    const written = text(line);
    expect(written).toContain('[redacted]');
    for (const spelling of [canary, encodeURIComponent(canary), Buffer.from(canary).toString('base64')]) {
      expect(written).not.toContain(spelling);
    }
  });

  it.each([
    ['Authorization: Bearer 00Dxx0000001gPL!AQ4AQFz', 'AQ4AQFz'],
    ['jwt eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9.c2ln', 'eyJpc3MiOiJtZSJ9'],
    ['sid 00D5g000004XYzaEAG!ARcAQDk7.aaaaaaaaaaaaaaaaaaaaaaaa', 'ARcAQDk7'],
    ['postgresql://casebridge:hunter22@db/casebridge', 'hunter22'],
    ['grant_type=refresh_token&refresh_token=5Aep861abc&x', '5Aep861abc'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----', 'MIIEvQ'],
  ])('hides what looks like a credential: %s', (line, secret) => {
    expect(text(line)).not.toContain(secret);
  });

  it.each([
    'OAuth application registry entry',
    'INC0010042 ↔ 00001007: Status New → Closed',
    'https://dev1.service-now.com/x',
  ])('leaves plain words alone: %s', (line) => {
    expect(text(line)).toBe(line);
  });

  it('hides by name, at any depth, and in errors', () => {
    const written = JSON.stringify(
      value({
        headers: { authorization: 'x', 'set-cookie': ['a=b'] },
        list: [{ client_secret: 'x', note: canary }],
        error: new Error(`said ${canary}`),
        secret: new Secret('plain'),
      }),
    );
    expect(written).toBe(
      '{"headers":{"authorization":"[redacted]","set-cookie":"[redacted]"},"list":[{"client_secret":"[redacted]","note":"[redacted]"}],' +
        '"error":{"name":"Error","message":"said [redacted]"},"secret":"[redacted]"}',
    );
  });

  it('does not hide every 1 because a secret is that short', () => {
    expect(text('1 of 11')).toBe('1 of 11');
  });

  it('knows every secret of the settings', () => {
    const found = secretsOf({ a: new Secret('one'), deep: { list: [new Secret('two')] }, none: null });
    expect(found.map((secret) => secret.reveal())).toEqual(['one', 'two']);
  });
});
