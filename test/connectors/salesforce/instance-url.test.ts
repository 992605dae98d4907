import { describe, expect, it } from 'vitest';
import { pinInstance, pinNextPage } from '../../../src/connectors/salesforce/instance-url.ts';

describe('the instance a token may be sent to', () => {
  it.each([
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com/'],
    ['https://acme--uat.sandbox.my.salesforce.com', 'https://acme--uat.sandbox.my.salesforce.com'],
    ['https://login.salesforce.com', 'https://howdy3-dev-ed.develop.my.salesforce.com'],
    ['https://test.salesforce.com', 'https://acme--uat.sandbox.my.salesforce.com'],
    ['http://127.0.0.1:8001', 'http://127.0.0.1:8001'],
    ['http://localhost:8001', 'http://127.0.0.1:9000'],
  ])('of a login at %s may be %s', (login, instance) => {
    expect(pinInstance(login, instance)).toBe(new URL(instance).origin);
  });

  it.each([
    ['https://acme.my.salesforce.com', 'https://evil.example'],
    ['https://acme.my.salesforce.com', 'http://acme.my.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://other.my.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://acme--uat.sandbox.my.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com.evil.example'],
    ['https://acme.my.salesforce.com', 'https://user@acme.my.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com:8443'],
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com/path'],
    ['https://acme.my.salesforce.com', 'https://acme.lightning.force.com'],
    ['https://acme.my.salesforce.com', 'http://127.0.0.1:8001'],
    ['https://login.salesforce.com', 'https://evilsalesforce.com'],
    ['https://login.salesforce.com', 'https://salesforce.com.evil.example'],
    ['http://127.0.0.1:8001', 'https://evil.example'],
    ['http://127.0.0.1:8001', 'http://127.0.0.1.evil.example'],
    ['https://acme.my.salesforce.com', 'not a url'],
    ['https://acme.my.salesforce.com', ''],
  ])('of a login at %s is never %s', (login, instance) => {
    expect(pinInstance(login, instance)).toBeNull();
  });
});

describe('a further page', () => {
  const host = 'https://acme.my.salesforce.com';

  it('is a query locator on the same host', () => {
    expect(pinNextPage(host, '/services/data/v59.0/query/0r8xx5R2yF2gs3VASQ-2000')).toBe(
      '/services/data/v59.0/query/0r8xx5R2yF2gs3VASQ-2000',
    );
    expect(pinNextPage(host, `${host}/services/data/v59.0/query/01gdM00000abc-2000`)).toBe(
      '/services/data/v59.0/query/01gdM00000abc-2000',
    );
  });

  it.each([
    'https://evil.example/services/data/v59.0/query/0r8-2000',
    '//evil.example/services/data/v59.0/query/0r8-2000',
    '/services/data/v59.0/sobjects/User',
    '/services/data/v59.0/query/../../../secret',
    '/services/data/v59.0/query/',
    'javascript:alert(1)',
    '',
  ])('is never %s', (next) => {
    expect(pinNextPage(host, next)).toBeNull();
  });
});
