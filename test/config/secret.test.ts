import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';

it('prints itself in no way that a log, an error or a report would take', () => {
  const secret = new Secret('c4n4ry');
  const ways = [
    String(secret),
    'said: '.concat(String(secret)),
    JSON.stringify(secret),
    JSON.stringify({ deep: [{ secret }] }),
    inspect(secret),
    inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
    Object.values(secret).join(),
    JSON.stringify(structuredClone(Object.entries(secret))),
  ];
  for (const way of ways) expect(way).not.toContain('c4n4ry');
  expect(secret.reveal()).toBe('c4n4ry');
});
