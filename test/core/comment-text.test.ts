import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextLimit } from '../../src/core/comments/rules.ts';
import { pieces, sizeOf } from '../../src/core/comments/split.ts';
import { filled, postedForm, postsOf, sourceForm } from '../../src/core/comments/text.ts';
import { buildCommentRules } from '../../src/mapping/comments-config.ts';

const bytes = (most: number): TextLimit => ({ most, unit: 'bytes' });
const characters = (most: number): TextLimit => ({ most, unit: 'characters' });
const family = '👩‍👩‍👧‍👦';
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const graphemes = (text: string): readonly string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

describe('the size of a text', () => {
  it('is counted in bytes of UTF-8 for Salesforce and in characters for ServiceNow', () => {
    for (const text of ['', 'plain', 'Größe', '日本', family, 'lone \ud83d half', '\udc69 half'])
      expect(sizeOf(text, 'bytes')).toBe(Buffer.byteLength(text));
    expect(sizeOf('Größe', 'characters')).toBe(5);
  });
});

describe('cutting a long text', () => {
  it('cuts at the end of a line or a word where one is near', () => {
    expect(pieces('one two three four', bytes(10))).toEqual(['one two ', 'three four']);
    expect(pieces('one two\nthree four', bytes(10))).toEqual(['one two\n', 'three four']);
  });

  it('never cuts an emoji family, a flag or a letter with its accents in two', () => {
    const text = `${'a'.repeat(90)}${family}${'b'.repeat(90)}🇵🇹${'c'.repeat(91)}e\u0301\u0323d`;
    const found = pieces(text, bytes(100));
    expect(found.flatMap(graphemes)).toEqual(graphemes(text));
  });

  it('still comes to an end where one character is longer than a whole piece', () => {
    const zalgo = `a${'\u0301'.repeat(500)}`;
    const found = pieces(zalgo, bytes(100));
    expect(found.join('')).toBe(zalgo);
    expect(found.every((piece) => Buffer.byteLength(piece) <= 100)).toBe(true);
  });

  it('gives back the whole text, in pieces that fit, whatever the text', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 400 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 64, max: 200 }), fc.boolean(), (text, most, inBytes) => {
        const limit = inBytes ? bytes(most) : characters(most);
        const found = pieces(text, limit);
        expect(found.join('')).toBe(text);
        expect(found.every((piece) => piece.length > 0 && sizeOf(piece, limit.unit) <= most)).toBe(true);
      }),
    );
  });

  it('splits no grapheme that fits, whatever the text', () => {
    const texts = fc.array(fc.constantFrom('a', ' ', '\n', 'é', 'e\u0301', family, '🇵🇹', '日', '\r\n'), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('');
        expect(pieces(text, bytes(64)).flatMap(graphemes)).toEqual(graphemes(text));
      }),
    );
  });

  it('takes a megabyte without strain', () => {
    const found = pieces(`${family} and so on `.repeat(30_000), bytes(4000));
    expect(found.length).toBeGreaterThan(250);
  });
});

describe('what is posted for a text', () => {
  it('is the text itself, as it was written, under its head', () => {
    expect(postsOf('Abel (today)', ' <b>bold</b>\n\n{author} ', bytes(4000))).toEqual([
      'Abel (today)\n <b>bold</b>\n\n{author} ',
    ]);
    expect(postsOf('', 'just text', bytes(4000))).toEqual(['just text']);
  });

  it('fits the limit to the byte, without being split', () => {
    const exact = 'x'.repeat(4000 - Buffer.byteLength('head\n'));
    expect(postsOf('head', exact, bytes(4000)).length).toBe(1);
    expect(postsOf('head', `${exact}y`, bytes(4000)).length).toBe(2);
  });

  it('is split into parts that each carry the head and their number, and fit', () => {
    const text = 'word '.repeat(4000);
    for (const head of ['Abel (today)', '']) {
      const posts = postsOf(head, text, bytes(1000));
      expect(posts.every((post) => Buffer.byteLength(post) <= 1000)).toBe(true);
      expect(posts.map((post) => post.slice(post.indexOf('\n') + 1)).join('')).toBe(text);
      expect(posts[0]).toMatch(/\[1\/\d\d\]\n/);
    }
  });

  it('leaves room for the text where the head alone would fill a comment', () => {
    const posts = postsOf('A very long name '.repeat(100), 'some text '.repeat(30), bytes(400));
    expect(posts.every((post) => Buffer.byteLength(post) <= 400)).toBe(true);
    expect(posts.map((post) => post.slice(post.indexOf('\n') + 1)).join('')).toBe('some text '.repeat(30));
  });

  it('repairs half a character, which no desk takes', () => {
    expect(postsOf('', 'half \ud83d', bytes(100))).toEqual(['half \ufffd']);
  });
});

describe('the line above a text', () => {
  const byline = { side: 'servicenow', author: 'Abel Tuter', at: '2026-07-01T22:30:00.000Z' } as const;

  it('names author, time and system, in UTC unless told otherwise', () => {
    const rules = buildCommentRules({}, '2026-01-01T00:00:00.000Z');
    expect(filled(rules.prefix, byline, rules)).toBe('Abel Tuter (2026-07-01 22:30 UTC)');
    const far = buildCommentRules({ timeZone: 'Europe/Berlin', prefix: '{system}, {time}: {author}' }, rules.startsAt);
    expect(filled(far.prefix, byline, far)).toMatch(/^ServiceNow, 2026-07-02 00:30 (CEST|GMT\+2): Abel Tuter$/);
  });

  it('takes an author’s name for a name, whatever stands in it', () => {
    const rules = buildCommentRules({}, '2026-01-01T00:00:00.000Z');
    expect(filled(rules.prefix, { ...byline, author: '{time} $& \n x' }, rules)).toBe(
      '{time} $& x (2026-07-01 22:30 UTC)',
    );
    expect(filled(rules.prefix, { ...byline, author: ' ' }, rules)).toMatch(/^someone in ServiceNow/);
  });
});

describe('knowing a text again', () => {
  it('does not mind line ends, blanks and composed letters', () => {
    expect(sourceForm('Ge\u0301ant\r\n\r\n a  ')).toBe(sourceForm('Géant\na'));
  });

  it('does not mind that a database has put question marks in the place of emoji', () => {
    expect(postedForm(`Hello ${family}!`)).toBe(postedForm('Hello ????!'));
    expect(postedForm('Hello!')).not.toBe(postedForm('Hallo!'));
  });
});
