import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitText, normalText, textLength } from '../../src/mapping/text-form.ts';
import { carryText, refreshCut, textsAgree } from '../../src/mapping/text-rule.ts';

const limits = { servicenow: 20, salesforce: 60 };
const whole = 'The printer in room 12 burns with a bright flame';
const cut = fitText(whole, limits.servicenow);

/** Texts made of what breaks naive cutting: families, flags, combining marks, right-to-left text, halves of pairs, NUL. */
const nastyPart = fc.constantFrom(
  '👨‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🇩🇪',
  '🇫🇷',
  'é',
  'e\u0301',
  'a\u0323\u0301',
  '한',
  '각',
  'ש',
  'مرحبا',
  '\u200f',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\u0000',
  '\ud83d',
  '\ude00',
  '😀',
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  '\u00a0',
  '…',
  '<b>',
  '&amp;',
  'abc',
  '?',
  'ﬁ',
);
const nasty = fc.oneof(
  fc.array(nastyPart, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
);
const graphemes = (text: string): readonly string[] =>
  [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

describe('the normal form of a text', () => {
  it.each([
    ['line ends', 'one\r\ntwo\rthree', 'one\ntwo\nthree'],
    ['blanks at the ends', '  one  \n two \t', 'one\n two'],
    ['accents', 'cafe\u0301', 'café'],
    ['NUL', 'a\u0000b', 'ab'],
    ['a lone surrogate', 'a\ud83d', 'a\ufffd'],
  ])('evens out %s', (_what, text, form) => {
    expect(normalText(text)).toBe(form);
  });

  it.each(['<script>alert(1)</script>', '&lt;b&gt;', 'שלום \u200fabc', '\u202eabc', '👨‍👩‍👧‍👦'])(
    'leaves %j as it is',
    (text) => {
      expect(normalText(text)).toBe(text);
    },
  );

  it('is its own normal form, and survives what the servers do to a text', () => {
    const stores: readonly ((text: string) => string)[] = [
      (text) => text.trim(),
      (text) => text.replaceAll('\n', '\r\n'),
      (text) => text.normalize('NFD'),
      (text) => text.replaceAll('\u0000', ''),
      (text) => text.toWellFormed(),
    ];
    fc.assert(
      fc.property(nasty, (text) => {
        const form = normalText(text);
        expect(normalText(form)).toBe(form);
        for (const store of stores) expect(normalText(store(form))).toBe(form);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes a megabyte of blanks in its stride', () => {
    expect(normalText(`${' '.repeat(1_000_000)}x${' \n'.repeat(100_000)}`)).toBe('x');
  });
});

describe('a text that is too long', () => {
  it.each([
    ['abcdefghij', 10, 'abcdefghij'],
    ['abcdefghijk', 10, 'abcdefghi…'],
    ['abcdefg 👨‍👩‍👧‍👦 family', 12, 'abcdefg…'],
    ['ab🇩🇪🇫🇷', 8, 'ab🇩🇪…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 12, '👨‍👩‍👧‍👦…'],
    ['e\u0301'.repeat(6).normalize('NFD'), 10, `${'e\u0301'.repeat(4)}…`],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 5, '…'],
  ])('%j within %i is %j', (text, limit, fitted) => {
    expect(fitText(text, limit)).toBe(fitted);
  });

  it('is cut between graphemes, within the limit, and cutting again changes nothing', () => {
    fc.assert(
      fc.property(nasty.map(normalText), fc.integer({ min: 2, max: 60 }), (text, limit) => {
        const fitted = fitText(text, limit);
        expect(textLength(fitted)).toBeLessThanOrEqual(limit);
        expect(fitText(fitted, limit)).toBe(fitted);
        expect(normalText(fitted)).toBe(fitted);
        if (fitted === text) return;
        const shown = graphemes(fitted.slice(0, -1));
        expect(graphemes(text).slice(0, shown.length)).toEqual(shown);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a cut text', () => {
  const edit = (value: string | null, target = whole) =>
    carryText({ to: 'salesforce', value, baseFrom: cut, baseTo: whole, target }, limits);

  it('agrees with the whole, and any other beginning does not', () => {
    expect(cut).toBe('The printer in room…');
    expect(textsAgree({ servicenow: cut, salesforce: whole }, limits)).toBe(true);
    expect(textsAgree({ servicenow: 'The printer…', salesforce: whole }, limits)).toBe(false);
    expect(textsAgree({ servicenow: 'The printer in room', salesforce: whole }, limits)).toBe(false);
  });

  it('never travels back', () => {
    expect(edit(cut)).toEqual({ kind: 'keep' });
    expect(edit(`${cut}  \r\n`)).toEqual({ kind: 'keep' });
  });

  it('keeps its tail when the part that was shown is edited in front of the mark', () => {
    expect(edit('The copier in room…')).toEqual({
      kind: 'write',
      value: 'The copier in room 12 burns with a bright flame',
    });
    expect(edit('…')).toEqual({ kind: 'write', value: '12 burns with a bright flame' });
  });

  it('keeps the tail that is there now, not the one it was cut from', () => {
    expect(edit('The copier in room…', 'The printer in room 13 is fine')).toEqual({
      kind: 'write',
      value: 'The copier in room 13 is fine',
    });
  });

  it.each([
    ['without its mark', 'The copier in room'],
    ['emptied', null],
    ['with words behind the mark', `${cut} or so`],
  ])('is a conflict when it was edited %s', (_how, value) => {
    expect(edit(value)).toEqual({ kind: 'conflict' });
  });

  it('is a conflict when the tail would not fit any more, or the shown part is gone', () => {
    expect(edit(`${'The copier in the far room of '.repeat(2)}…`)).toEqual({ kind: 'conflict' });
    expect(edit('The copier in room…', 'Somebody wrote another text')).toEqual({ kind: 'conflict' });
  });

  it('shows more of the text behind it once the two are joined', () => {
    expect(refreshCut({ servicenow: 'A fire…', salesforce: 'A fire 12 burns with a bright flame' }, limits)).toEqual({
      on: 'servicenow',
      value: 'A fire 12 burns wit…',
    });
    expect(refreshCut({ servicenow: 'Fire…', salesforce: 'Fire is out' }, limits)).toEqual({
      on: 'servicenow',
      value: 'Fire is out',
    });
    expect(refreshCut({ servicenow: cut, salesforce: whole }, limits)).toBeNull();
    expect(refreshCut({ servicenow: 'other', salesforce: whole }, limits)).toBeNull();
  });

  it('is not a cut text where the … was typed by somebody', () => {
    const carried = carryText(
      { to: 'salesforce', value: 'Done.', baseFrom: 'Wait…', baseTo: 'Wait…', target: 'Wait…' },
      limits,
    );
    expect(carried).toEqual({ kind: 'write', value: 'Done.' });
  });
});

describe('every text (S9)', () => {
  it('agrees with what is written for it, whichever way it goes', () => {
    fc.assert(
      fc.property(nasty, fc.constantFrom('servicenow' as const, 'salesforce' as const), (text, to) => {
        const carried = carryText({ to, value: text, baseFrom: undefined, target: undefined }, limits);
        if (carried.kind !== 'write') throw new Error('a new record always gets its text');
        const values =
          to === 'servicenow'
            ? { servicenow: carried.value, salesforce: text }
            : { servicenow: text, salesforce: carried.value };
        expect(textsAgree(values, limits)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes back as it was where it fits', () => {
    fc.assert(
      fc.property(
        nasty.map((text) => normalText(text).slice(0, 10).toWellFormed()),
        (text) => {
          const out = carryText({ to: 'salesforce', value: text, baseFrom: undefined, target: undefined }, limits);
          const back = carryText(
            {
              to: 'servicenow',
              value: out.kind === 'write' ? out.value : null,
              baseFrom: undefined,
              target: undefined,
            },
            limits,
          );
          expect(normalText(String((back.kind === 'write' ? back.value : null) ?? ''))).toBe(normalText(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('has the normal form that its definition gives, however short the way to it', () => {
    const slow = (text: string): string =>
      text
        .replaceAll('\u0000', '')
        .toWellFormed()
        .replaceAll(/\r\n?/g, '\n')
        .normalize('NFC')
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n')
        .trim();
    const units = [
      'a',
      'Z',
      '.',
      ' ',
      '\t',
      '\v',
      '\n',
      '\r',
      '\u0000',
      '\u00a0',
      'e',
      '\u0301',
      'é',
      '\ud83d',
      '\u2028',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...units), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(normalText(text)).toBe(slow(text));
      }),
      { numRuns: 5_000 },
    );
  });
});
