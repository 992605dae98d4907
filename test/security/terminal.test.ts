import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutput, table } from '../../src/cli/output.ts';
import { describeEvent } from '../../src/observability/describe-event.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { oneLine, plainJson, showValue, visible } from '../../src/observability/words.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { createCli } from '../cli/world.ts';
import { baseOf, caseRecord, conflictRow, historyRow, incident, link, quarantineRow } from '../support/builders.ts';
import { fakeClock } from '../support/clock.ts';
import { seededIds } from '../support/random.ts';
import { inherited, memo, obeyed, terminalTricks } from './support.ts';

/** A store in which every text that came from a desk is this one. */
async function storeFullOf(trick: string) {
  const store = createMemoryStore({ clock: fakeClock(), ids: seededIds(1) });
  const numbers = { servicenow: trick, salesforce: trick };
  const bases = {
    servicenow: baseOf(incident({ short_description: trick, [trick]: trick })),
    salesforce: baseOf(caseRecord({ Subject: trick })),
  };
  const held = { kind: 'no-counterpart', side: 'servicenow', value: trick } as const;
  await store.transaction(async (tx) => {
    await tx.insertLinks([link({ numbers, bases, holds: [{ field: 'state', reason: held }] })]);
    await tx.noteConflicts([conflictRow({ numbers, values: numbers, base: numbers, writers: numbers })]);
    await tx.addHistory([historyRow({ before: trick, value: trick, by: trick })]);
    await tx.saveQuarantine([
      quarantineRow({
        numbers,
        reason: {
          kind: 'connector',
          error: 'Rejected',
          data: { side: 'salesforce', executed: 'no', answer: trick, code: trick, fields: [trick], request: trick },
        },
      }),
      quarantineRow({ key: 'link:2', numbers, reason: { kind: 'record', message: trick } }),
    ]);
  });
  return store;
}

const commands = [
  ['links', 'list'],
  ['links', 'show', 'link-1'],
  ['conflicts', 'list', '--all'],
  ['quarantine', 'list'],
  ['quarantine', 'retry', '--all'],
] as const;

describe('what people wrote into tickets', () => {
  it.each(terminalTricks)('does nothing to a terminal: %j', async (trick) => {
    const store = await storeFullOf(trick);
    const cli = createCli({ store, env: {} });
    for (const command of commands) {
      const plain = await cli.run(...command);
      expect(plain.stdout, command.join(' ')).not.toBe('');
      expect(plain.stdout + plain.stderr, command.join(' ')).not.toMatch(obeyed);
      const json = await cli.run(...command, '--json');
      expect(json.stdout + json.stderr, command.join(' ')).not.toMatch(obeyed);
      expect(json.lines.length).toBe(json.stdout.trim().split('\n').length);
    }
  });

  it('comes through --json as it was, for programs', async () => {
    for (const trick of terminalTricks) {
      const { lines } = await createCli({ store: await storeFullOf(trick), env: {} }).run(
        'conflicts',
        'list',
        '--json',
      );
      expect(lines[0]).toMatchObject({ servicenow: trick, servicenowNumber: trick });
    }
  });

  it('cannot forge a row of a table', async () => {
    const { stdout } = await createCli({ store: await storeFullOf('x\nINC0000001  00001001  synced'), env: {} }).run(
      'links',
      'list',
    );
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it('stays one harmless line in events and in logs of either format', () => {
    for (const trick of terminalTricks) {
      const evil = link({ numbers: { servicenow: trick, salesforce: trick } });
      const moves = [
        { field: trick, from: 'servicenow', to: 'salesforce', before: trick, value: trick, because: 'one-sided' },
      ] as const;
      const event = { type: 'link.updated', link: evil, moves } as const;
      for (const format of ['json', 'pretty'] as const) {
        const { stream, written } = memo();
        createLogger({ level: 'debug', format, secrets: [], stream })('info', trick, {
          text: describeEvent(event),
          by: trick,
        });
        expect(written().trimEnd()).not.toMatch(obeyed);
        expect(written().split('\n')).toHaveLength(2);
      }
    }
  });

  it('is shown as its own text where it happens to be called like part of every object', () => {
    for (const name of inherited) {
      for (const field of ['state', ...inherited]) expect(showValue(field, 'servicenow', name)).toBe(name);
    }
  });
});

describe('any text at all', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 60 });

  it('is written without what a terminal obeys, and read back from JSON as it was', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { stream, written } = memo();
        const out = createOutput({ stdout: stream, stderr: stream }, false);
        out.note(text);
        void out.text(table([text, 'b'], [[text, text]]));
        expect(written()).not.toMatch(obeyed);
        expect(visible(text)).not.toMatch(obeyed);
        expect(oneLine(text)).not.toMatch(obeyed);
        expect(plainJson({ [text]: text })).not.toMatch(obeyed);
        expect(JSON.parse(plainJson({ v: text }))).toEqual({ v: text });
      }),
      { numRuns: 500 },
    );
  });

  it('cannot take the place of a log line’s own time, level or message', () => {
    const { stream, written } = memo();
    const log = createLogger({ level: 'debug', format: 'json', secrets: [], stream });
    log('error', 'real', { level: 'debug', msg: 'forged', time: 'never', message: 'forged', timestamp: 'never' });
    expect(JSON.parse(written())).toMatchObject({
      level: 'error',
      msg: 'real',
      time: expect.stringMatching(/^\d{4}-/) as string,
    });
  });

  it('of megabytes is shortened at once', () => {
    const long = '👩‍👩‍👧‍👦 \u001b[31m'.repeat(200_000);
    expect(oneLine(long).length).toBeLessThan(60 * 12);
    expect(oneLine(`${' '.repeat(3_000_000)}x`)).toBe('…');
  });
});
