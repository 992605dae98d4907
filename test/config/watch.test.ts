import { describe, expect, it } from 'vitest';
import { loadStoreSettings } from '../../src/config/load.ts';
import { SettingsInvalid } from '../../src/config/problems.ts';
import { secretsOf } from '../../src/config/secrets-of.ts';
import type { WatchSettings } from '../../src/config/settings-watch.ts';

const folder = import.meta.dirname;
const watchOf = (env: Readonly<Record<string, string>>): WatchSettings => loadStoreSettings(env, { folder }).watch;

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    watchOf(env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsInvalid)) throw error;
    return error.problems.map(({ where, what }) => `${where} ${what}`);
  }
}

const mail = {
  CASEBRIDGE_ALERT_SMTP_URL: 'smtp://casebridge:c4n4ry@mail.example.com:587',
  CASEBRIDGE_ALERT_EMAIL_TO: 'desk@example.com, oncall@example.com',
  CASEBRIDGE_ALERT_EMAIL_FROM: 'casebridge@example.com',
};

describe('the settings of those who watch', () => {
  it('are all off unless somebody sets them', () => {
    expect(watchOf({})).toEqual({
      alerts: { webhook: null, mail: null, lagSeconds: 900, quarantineGrowth: 10, budgetPercent: 10 },
      heartbeat: null,
      tracing: null,
    });
  });

  it('keep every address with a key in it as a secret', () => {
    const settings = watchOf({
      ...mail,
      CASEBRIDGE_ALERT_WEBHOOK: 'https://hooks.example.com/c4n4ry',
      CASEBRIDGE_ALERT_WEBHOOK_SECRET: 'c4n4ry',
      CASEBRIDGE_HEARTBEAT_URL: 'https://beats.example.com/c4n4ry',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20c4n4ry,x-scope=a',
    });
    expect(JSON.stringify(settings)).not.toContain('c4n4ry');
    expect(settings.alerts.mail?.to).toEqual(['desk@example.com', 'oncall@example.com']);
    expect(settings.tracing?.headers['authorization']?.reveal()).toBe('Bearer c4n4ry');
    expect(secretsOf(settings)).toHaveLength(7);
  });

  it.each([
    [{ CASEBRIDGE_ALERT_WEBHOOK: 'http://hooks.example.com/x' }, 'CASEBRIDGE_ALERT_WEBHOOK must begin with https:'],
    [{ CASEBRIDGE_ALERT_WEBHOOK: 'https://a:b@hooks.example.com/x' }, 'must not carry a user name or password'],
    [{ CASEBRIDGE_ALERT_WEBHOOK_SECRET: 'c4n4ry' }, 'signs nothing'],
    [{ CASEBRIDGE_HEARTBEAT_URL: 'ftp://beats.example.com' }, 'CASEBRIDGE_HEARTBEAT_URL is not an address'],
    [{ ...mail, CASEBRIDGE_ALERT_SMTP_URL: 'smtp://mail.example.com?tls.rejectUnauthorized=false' }, 'must end after'],
    [{ ...mail, CASEBRIDGE_ALERT_EMAIL_TO: 'desk@example.com\r\nBcc: x@y' }, 'CASEBRIDGE_ALERT_EMAIL_TO is not a list'],
    [{ ...mail, CASEBRIDGE_ALERT_EMAIL_FROM: '' }, 'CASEBRIDGE_ALERT_EMAIL_FROM is missing'],
    [{ CASEBRIDGE_ALERT_EMAIL_TO: 'desk@example.com' }, 'has no mail server'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_EXPORTER_OTLP_HEADERS: 'c4n4ry' },
      'OTEL_EXPORTER_OTLP_HEADERS is not written like',
    ],
    [{ CASEBRIDGE_HEARTBEAT: 'https://beats.example.com' }, 'CASEBRIDGE_HEARTBEAT is not a setting'],
  ])('refuse %j', (env, words) => {
    const problems = problemsOf(env);
    expect(problems.join('\n')).toContain(words);
    expect(problems.join('\n')).not.toContain('c4n4ry');
  });

  it('trace nothing where OpenTelemetry is switched off by its own name', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_SDK_DISABLED: 'true' };
    expect(watchOf(env).tracing).toBeNull();
  });
});
