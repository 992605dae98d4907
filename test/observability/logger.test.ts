import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { ConnectorError } from '../../src/connectors/errors.ts';
import { createLogger, type LoggerOptions } from '../../src/observability/logger.ts';
import { logEvents } from '../../src/observability/subscribe.ts';
import { link } from '../support/builders.ts';

function logTo(options: Partial<LoggerOptions> = {}) {
  let written = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.toString();
      done();
    },
  });
  const log = createLogger({
    level: 'info',
    format: 'json',
    secrets: [new Secret('c4n4ry-token')],
    stream,
    ...options,
  });
  const lines = (): readonly Record<string, unknown>[] =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines, written: () => written };
}

describe('log lines', () => {
  it('are one JSON object each, with a constant message and fields', () => {
    const { log, lines } = logTo();
    log('info', 'started', { port: 8484 });
    expect(lines()).toEqual([{ time: expect.any(String) as string, level: 'info', msg: 'started', port: 8484 }]);
  });

  it('stay one line whatever a ticket holds', () => {
    const { log, lines } = logTo();
    const nasty = 'line\r\nbreak \u001b[31mred\u001b[0m \u2028 end';
    log('info', 'x', { text: nasty });
    expect(lines()).toHaveLength(1);
    expect(lines()[0]?.['text']).toBe(nasty);
    const pretty = logTo({ format: 'pretty' });
    pretty.log('info', 'x', { text: nasty });
    expect(pretty.written().trimEnd().split('\n')).toHaveLength(1);
    expect(pretty.written()).not.toContain('\u001b');
  });

  it('hold no secret, in whichever format', () => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, written } = logTo({ format });
      log('warn', 'said c4n4ry-token', {
        text: 'c4n4ry-token',
        access_token: 'abc',
        deep: { answer: ['c4n4ry-token'] },
      });
      expect(written()).not.toContain('c4n4ry');
      expect(written()).not.toContain('abc');
    }
  });

  it('below the level are left out', () => {
    const { log, lines } = logTo({ level: 'warn' });
    log('info', 'quiet');
    log('error', 'loud');
    expect(lines().map((line) => line['msg'])).toEqual(['loud']);
  });

  it('cannot be forged by a field called level', () => {
    const { log, lines } = logTo();
    log('error', 'real', { message: 'forged' });
    expect(lines()[0]).toMatchObject({ level: 'error', msg: 'real' });
  });
});

describe('events as log lines', () => {
  it('carry the ids to search by, and a sentence', () => {
    const { log, lines } = logTo();
    const moves = [
      {
        field: 'state',
        from: 'servicenow',
        to: 'salesforce',
        before: 'Working',
        value: 'Closed',
        because: 'one-sided',
      },
    ] as const;
    logEvents(log)({ type: 'link.updated', link: link(), moves });
    expect(lines()[0]).toMatchObject({
      level: 'info',
      msg: 'link.updated',
      link: 'link-1',
      text: 'INC0010042 ↔ 00001007: Status Working → Closed, from ServiceNow',
    });
  });

  it('warn about a side that does not answer, with what the vendor said', () => {
    const { log, lines } = logTo();
    const error = new ConnectorError('Unavailable', {
      side: 'servicenow',
      executed: 'no',
      status: 503,
      cause: 'hibernating',
    });
    logEvents(log)({ type: 'poll.failed', pair: 'incident-case', side: 'servicenow', error });
    expect(lines()[0]).toMatchObject({ level: 'warn', error: 'Unavailable', status: 503, cause: 'hibernating' });
    expect(lines()[0]?.['text']).toContain('asleep');
  });

  it('are not even put into words at a level that is switched off', () => {
    let asked = 0;
    const told: string[] = [];
    const log = Object.assign((_level: string, message: string) => void told.push(message), {
      writes: (level: string) => level !== 'debug',
    });
    const known = link();
    const watched = {
      ...known,
      get numbers() {
        asked += 1;
        return known.numbers;
      },
    };
    logEvents(log)({ type: 'link.unchanged', link: watched });
    expect(asked).toBe(0);
    logEvents(log)({ type: 'link.created', link: watched, on: 'salesforce', holds: [] });
    expect(told).toEqual(['link.created']);
    expect(asked).toBeGreaterThan(0);
  });
});
