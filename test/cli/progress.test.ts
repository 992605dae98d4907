import { Writable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createProgress, type Progress } from '../../src/cli/progress.ts';
import { realWorld } from '../../src/cli/world.ts';

function watched(terminal: boolean): { progress: Progress; said: () => string; pass: (ms: number) => void } {
  let text = '';
  let now = 1_000_000;
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  return {
    progress: createProgress({ stream, terminal, now: () => now }),
    said: () => text,
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('progress', () => {
  it('is a line every five seconds where nobody watches, without a single control character', () => {
    const { progress, said, pass } = watched(false);
    for (let n = 0; n <= 20; n += 1) {
      progress.show('incident-case servicenow', n / 20);
      pass(1000);
    }
    progress.end();
    expect(said().trim().split('\n')).toEqual([
      'incident-case servicenow: 0 %',
      'incident-case servicenow: 25 %, about 15 s left',
      'incident-case servicenow: 50 %, about 10 s left',
      'incident-case servicenow: 75 %, about 5 s left',
      'incident-case servicenow: 100 %',
    ]);
    expect(said()).not.toContain('\u001b');
  });

  it('is one line that is written over on a terminal, and gone at the end', () => {
    const { progress, said } = watched(true);
    progress.show('reading', 0.1);
    progress.show('reading', 0.2);
    progress.end();
    expect(said()).toBe('\r\u001b[Kreading: 10 %\r\u001b[Kreading: 20 %\r\u001b[K');
  });
});

describe('colour', () => {
  it.each([
    [{}, true, true],
    [{ NO_COLOR: '1' }, true, false],
    [{}, false, false],
  ])('with %o and a terminal: %s is %s', (env, terminal, colour) => {
    const before = process.stderr.isTTY;
    onTestFinished(() => {
      process.stderr.isTTY = before;
    });
    process.stderr.isTTY = terminal;
    expect(realWorld(env, { signal: new AbortController().signal, by: () => null }).colour).toBe(colour);
  });
});
