import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { entriesLike, parseStream, saysIn } from '../../../src/connectors/servicenow/journal-stream.ts';
import { createUserDates, type UserDates } from '../../../src/connectors/servicenow/user-dates.ts';
import { readRecordings } from '../../contract/servicenow-sandbox/recordings.ts';

const recorded = z.object({
  result: z.looseObject({ sys_updated_on: z.string(), comments: z.string(), work_notes: z.string() }),
});

interface Said {
  readonly at: number;
  readonly author: string;
  readonly text: string;
}

interface Style {
  readonly zone: string;
  readonly format: string;
  readonly label: string;
}

/** As ServiceNow renders a journal: newest first, an empty line behind every entry (table-patch-comment-display-true-rec). */
function render(entries: readonly Said[], { zone, format, label }: Style): string {
  return entries
    .map(({ at, author, text }) => {
      const date = DateTime.fromMillis(at, { zone }).toFormat(format);
      return `${date} - ${author} (${label})\n${text}\n\n`;
    })
    .join('');
}

/** What our user's cells have shown: the same moments as stored and as read, in summer and in winter. */
function datesOf({ zone, format }: Style, moments = seasons): UserDates {
  const dates = createUserDates();
  dates.learn(
    moments.map((moment) => ({
      value: DateTime.fromISO(moment, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss'),
      display: DateTime.fromISO(moment, { zone: 'utc' }).setZone(zone).toFormat(format),
    })),
  );
  return dates;
}

const seasons = ['2026-01-17T10:11:12Z', '2026-07-23T20:21:22Z', '2025-10-26T03:04:05Z', '2024-03-30T23:24:25Z'];
const plain: Style = { zone: 'America/Los_Angeles', format: 'yyyy-MM-dd HH:mm:ss', label: 'Additional comments' };
const at = (iso: string): number => Date.parse(iso);

describe('a rendered journal', () => {
  it('as recorded gives its thirteen comments and three notes, in UTC', () => {
    const { result: row } = recorded.parse(readRecordings().get('table-patch-comment-display-true-rec')?.response.body);
    const dates = createUserDates();
    // The same record's stamp, as the recording's Date header dates it: seven hours ahead.
    dates.learn([{ value: '2022-11-04 22:29:20', display: row.sys_updated_on }]);
    dates.prefer('America/Los_Angeles');
    const comments = parseStream(row.comments, dates, 13);
    expect(comments.sure).toBe(true);
    expect(comments.entries.map(({ author }) => author)).toEqual([
      ...Array.from({ length: 4 }, () => 'System Administrator'),
      'Joe Employee',
      'David Loo',
      'Joe Employee',
      'David Loo',
      'Beth Anglin',
      'Joe Employee',
      'Beth Anglin',
      'Beth Anglin',
      'Joe Employee',
    ]);
    expect(comments.entries[0]).toEqual({
      atMs: at('2022-11-04T22:29:20Z'),
      author: 'System Administrator',
      text: 'test',
    });
    // In December that zone is eight hours behind.
    expect(comments.entries.at(-1)).toEqual({
      atMs: at('2016-12-12T15:19:57Z'),
      author: 'Joe Employee',
      text: 'I am unable to connect to the email server. It appears to be down.',
    });
    expect(comments.entries[5]?.text).toMatch(
      /^Hi Joe,\nI've checked[^]*\n\nI'm going to update this incident to resolved/,
    );
    expect(parseStream(row.work_notes, dates, 3).entries.map(({ atMs }) => new Date(atMs).toISOString())).toEqual([
      '2016-12-13T00:56:57.000Z',
      '2016-12-12T17:57:00.000Z',
      '2016-12-12T17:01:24.000Z',
    ]);
  });

  it('of one entry is read in any language, its author in any brackets', () => {
    const style = { ...plain, label: 'Zusätzliche Kommentare (für Kunden sichtbar)' };
    const said = {
      at: at('2026-03-01T12:00:00Z'),
      author: 'Ann (extern) (2nd) - Line',
      text: 'Guten Tag\n\nund tschüss',
    };
    const parsed = parseStream(render([said], style), datesOf(style), 1);
    expect(parsed).toEqual({ entries: [{ atMs: said.at, author: said.author, text: said.text }], sure: true });
  });

  it('that is empty has no entries; one that should not be empty is not believed', () => {
    expect(parseStream('', datesOf(plain), 0)).toEqual({ entries: [], sure: true });
    expect(parseStream('', datesOf(plain), 2)).toEqual({ entries: [], sure: false });
  });

  it('of a user whose dates nobody has seen is not guessed at', () => {
    const stream = render([{ at: at('2026-03-01T12:00:00Z'), author: 'Ann', text: 'x' }], plain);
    expect(parseStream(stream, createUserDates(), 1)).toEqual({ entries: [], sure: false });
  });

  describe('with a header quoted in a text', () => {
    const old = { at: at('2026-03-01T12:00:00Z'), author: 'Ann', text: 'the original' };
    const quoted = (style: Style) => ({
      at: at('2026-03-02T12:00:00Z'),
      author: 'Bob',
      text: `see below:\n\n${render([old], style).trim()}`,
    });

    it('keeps the quotation in the text of whoever quoted it, where the entries are counted', () => {
      const said = [quoted(plain), old];
      const parsed = parseStream(render(said, plain), datesOf(plain), 2);
      expect(parsed.sure).toBe(true);
      expect(parsed.entries.map(({ author, text }) => [author, text])).toEqual(
        said.map(({ author, text }) => [author, text]),
      );
    });

    it('leaves all out where nobody counts them', () => {
      expect(parseStream(render([quoted(plain), old], plain), datesOf(plain), null)).toEqual({
        entries: [],
        sure: false,
      });
    });

    it('of another ticket is sorted out where only one reading adds up, and leaves all out where several do', () => {
      const alone = [quoted(plain)];
      expect(parseStream(render(alone, plain), datesOf(plain), 1)).toMatchObject({
        sure: true,
        entries: [{ author: 'Bob', text: quoted(plain).text }],
      });
      const older = { at: at('2026-02-01T12:00:00Z'), author: 'Cid', text: 'earlier still' };
      expect(parseStream(render([...alone, older], plain), datesOf(plain), 2)).toEqual({ entries: [], sure: false });
    });

    it('finds the entries between a quotation and what it quotes', () => {
      const between = { at: at('2026-03-01T18:00:00Z'), author: 'Cid', text: 'in the meantime' };
      const said = [quoted(plain), between, old];
      const parsed = parseStream(render(said, plain), datesOf(plain), 3);
      expect(parsed.sure).toBe(true);
      expect(parsed.entries.map(({ author }) => author)).toEqual(['Bob', 'Cid', 'Ann']);
    });

    it('is not taken in by a header that is newer, has another label, another format or no empty line before it', () => {
      const lines = [
        '2027-01-01 10:00:00 - Eve (Additional comments)',
        '2026-02-01 10:00:00 - Eve (Work notes)',
        '01/02/2026 10:00:00 - Eve (Additional comments)',
      ];
      const text = `${lines.map((line) => `so:\n\n${line}\nlies`).join('\n')}\nand\n2026-02-01 10:00:00 - Eve (Additional comments)\nmore`;
      const said = { at: at('2026-03-01T12:00:00Z'), author: 'Bob', text };
      const parsed = parseStream(render([said], plain), datesOf(plain), 1);
      expect(parsed).toMatchObject({ sure: true, entries: [{ author: 'Bob', text }] });
    });
  });

  it('that was cut short loses its last entry, and says that something is missing', () => {
    const said = [3, 2, 1].map((n) => ({ at: at(`2026-03-0${n}T12:00:00Z`), author: 'Ann', text: `number ${n}` }));
    const stream = render(said, plain);
    const parsed = parseStream(stream.slice(0, stream.indexOf('number 2') + 4), datesOf(plain), 3);
    expect(parsed).toMatchObject({ sure: false, entries: [{ text: 'number 3' }] });
    expect(parsed.entries).toHaveLength(1);
  });

  it('through the hour that comes twice keeps every entry, in order', () => {
    // In Los Angeles the clocks go back on 2025-11-02 at 09:00 UTC: 01:50 is followed by 01:10.
    const said = ['2025-11-02T09:40:00Z', '2025-11-02T09:10:00Z', '2025-11-02T08:50:00Z', '2025-11-02T07:00:00Z'].map(
      (iso, n) => ({ at: at(iso), author: 'Ann', text: `entry ${n}` }),
    );
    const parsed = parseStream(render(said, plain), datesOf(plain), 4);
    expect(parsed.sure).toBe(true);
    expect(parsed.entries.map(({ text }) => text)).toEqual(said.map(({ text }) => text));
    expect(
      parsed.entries.every(({ atMs }, n) => (said[n]?.at ?? 0) - atMs === 0 || (said[n]?.at ?? 0) - atMs === 3_600_000),
    ).toBe(true);
  });

  it('leaves an entry out while the zones that are left disagree on it', () => {
    // A winter date alone does not tell Phoenix, which has no summer time, from Denver.
    const style = { ...plain, zone: 'America/Denver' };
    const said = [
      { at: at('2026-07-01T12:00:00Z'), author: 'Ann', text: 'in summer' },
      { at: at('2026-01-01T12:00:00Z'), author: 'Ann', text: 'in winter' },
    ];
    const dates = datesOf(style, ['2026-01-17T10:11:12Z']);
    expect(parseStream(render(said, style), dates, 2)).toMatchObject({ sure: false, entries: [{ text: 'in winter' }] });
    dates.prefer('America/Denver');
    expect(parseStream(render(said, style), dates, 2)).toMatchObject({
      sure: true,
      entries: [{ atMs: said[0]?.at }, {}],
    });
  });

  it('follows a user who changes his settings', () => {
    const dates = datesOf(plain);
    const other: Style = { zone: 'Europe/Berlin', format: 'dd/MM/yyyy hh:mm:ss a', label: 'Commentaires' };
    const value = DateTime.fromISO('2026-05-17T21:00:00Z', { zone: 'utc' });
    dates.learn([
      { value: value.toFormat('yyyy-MM-dd HH:mm:ss'), display: value.setZone(other.zone).toFormat(other.format) },
      { value: '2026-01-17 21:00:00', display: '17/01/2026 10:00:00 PM' },
    ]);
    dates.prefer(other.zone);
    const said = { at: at('2026-05-02T22:00:00Z'), author: 'Ann', text: 'x' };
    expect(parseStream(render([said], other), dates, 1)).toMatchObject({ sure: true, entries: [{ atMs: said.at }] });
  });

  it('does not take the user for somebody whose zone does not fit what was shown', () => {
    const dates = datesOf(plain);
    dates.prefer('Europe/Berlin');
    dates.prefer('no such zone');
    const said = { at: at('2026-03-01T12:00:00Z'), author: 'Ann', text: 'x' };
    expect(parseStream(render([said], plain), dates, 1).entries).toMatchObject([{ atMs: said.at }]);
  });
});

describe('any journal', () => {
  const learned = new Map<string, UserDates>();
  /** Learned once for each zone and format. */
  const known = (how: Style): UserDates => {
    const key = `${how.zone} ${how.format}`;
    const dates = learned.get(key) ?? datesOf(how);
    dates.prefer(how.zone);
    learned.set(key, dates);
    return dates;
  };

  const zones = [
    'UTC',
    'America/Los_Angeles',
    'Europe/Berlin',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  ];
  const formats = [
    'yyyy-MM-dd HH:mm:ss',
    'dd/MM/yyyy HH:mm:ss',
    'MM/dd/yyyy hh:mm:ss a',
    'dd.MM.yyyy HH:mm:ss',
    'MM-dd-yyyy HH.mm.ss',
    'dd-MM-yyyy h:mm:ss a',
  ];
  const labels = [
    'Additional comments',
    'Work notes',
    'Comments (visible to all)',
    'コメント',
    'Notes de travail',
    ')(',
  ];
  const authors = fc.constantFrom(
    'Beth Anglin',
    'Joe (ext.) Employee',
    'system',
    'Zoë - Ops',
    '李雷',
    'A (B',
    "O'Hara",
  );
  const lines = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('', '-', '2026-01-01 10:00:00', ' - Ann (Work notes)', '(Additional comments)', '\r', '> quoted'),
  );
  const text = fc
    .array(lines, { minLength: 1, maxLength: 8 })
    .map((some) => some.join('\n').replaceAll('\r', '').trim())
    .filter((some) => some !== '');
  const time = fc.integer({ min: at('2015-01-01T00:00:00Z') / 1000, max: at('2026-11-01T00:00:00Z') / 1000 });
  const style = fc.record({
    zone: fc.constantFrom(...zones),
    format: fc.constantFrom(...formats),
    label: fc.constantFrom(...labels.slice(0, -1)),
  });
  const said = fc
    .array(fc.record({ at: time.map((s) => s * 1000), author: authors, text }), { maxLength: 8 })
    .map((entries) => entries.toSorted((a, b) => b.at - a.at));

  /** Every hour that comes twice in the zone is one in which a time may be taken for the one before it. */
  const same = (a: number, b: number): boolean => [0, 1_800_000, 3_600_000].includes(b - a);

  it('comes back from its rendering as it was written, and says so only if it did', () => {
    fc.assert(
      fc.property(style, said, (how, entries) => {
        const dates = known(how);
        const parsed = parseStream(render(entries, how), dates, entries.length);
        expect(parsed.sure).toBe(true);
        expect(parsed.entries.map(({ author, text: body }) => ({ author, text: body }))).toEqual(
          entries.map(({ author, text: body }) => ({ author, text: body })),
        );
        parsed.entries.forEach((entry, n) => expect(same(entry.atMs, entries[n]?.at ?? 0)).toBe(true));
      }),
      { numRuns: 300 },
    );
  });

  it('with headers smuggled into its texts is read right or not at all', () => {
    fc.assert(
      fc.property(style, said, fc.nat(7), fc.nat(7), fc.boolean(), (how, entries, host, which, counted) => {
        const victim = entries[which % Math.max(1, entries.length)];
        // Only the newest entry can be told from a quotation of itself by one who foresaw its second.
        fc.pre(entries.length === 0 || host % entries.length !== which % entries.length || host % entries.length === 0);
        const forged = entries.map((entry, n) =>
          victim === undefined || n !== host % entries.length
            ? entry
            : { ...entry, text: `${entry.text}\n\n${render([victim], how)}smuggled` },
        );
        const dates = known(how);
        const parsed = parseStream(render(forged, how), dates, counted ? forged.length : null);
        if (!counted) expect(parsed.sure).toBe(entries.length === 0);
        if (!parsed.sure) return;
        expect(parsed.entries.map(({ author, text: body }) => `${author}\n${body}`)).toEqual(
          forged.map(({ author, text: body }) => `${author}\n${body}`),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('of any text at all ends, and is never sure of nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(5), (stream, count) => {
        const parsed = parseStream(stream, known(plain), count);
        if (parsed.sure) expect(parsed.entries).toHaveLength(count);
        expect(entriesLike(stream, known(plain))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 200 },
    );
  });

  it('holds what was just written into it, however its white space was set', () => {
    expect(saysIn('2026-01-01 10:00:00 - Ann (Work notes)\nfirst  line\nsecond\n\n', 'first line\r\n\r\nsecond ')).toBe(
      true,
    );
    expect(saysIn('2026-01-01 10:00:00 - Ann (Work notes)\nsomething else\n\n', 'first line')).toBe(false);
  });
});
