import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromJson, fromStored, toJson, toStored } from '../../src/store/prisma/text.ts';
import { newDatabase, type TestDatabase } from '../support/database.ts';

/** Any UTF-16: half surrogate pairs, NUL and our own mark, more often than chance would have it. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\u0000', '\u001a', '\ud83d', '\ude00', '\\', '\\u0000', '0000', 'd83d', '"', '😀'),
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('texts on their way into Postgres', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await newDatabase({ migrated: false });
  });
  afterAll(() => database.drop());

  it('come back as they went in, whatever UTF-16 they are', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const kept = toStored(text);
        expect(kept.isWellFormed()).toBe(true);
        expect(kept).not.toContain('\u0000');
        expect(fromStored(kept)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('stay apart: no two texts are kept alike', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(toStored(one) === toStored(other)).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });

  it('keep their shape inside JSON, names of fields included', () => {
    const anyJson = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('-0'));
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.oneof(anyText, anyJson)), (value) => {
        expect(fromJson(JSON.parse(toJson(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('are taken by a text and a jsonb column alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 20, maxLength: 20 }), async (texts) => {
        const [row] = await database.query('SELECT $1::text[] AS texts, $2::text::json::jsonb AS document', [
          texts.map(toStored),
          toJson(texts),
        ]);
        const kept = row?.['texts'] as string[] | undefined;
        expect(kept?.map(fromStored)).toEqual(texts);
        expect(fromJson(row?.['document'])).toEqual(texts);
      }),
      { numRuns: 20 },
    );
  });

  it('leave ordinary text as it is', () => {
    expect(toStored('Drucker druckt nicht — 😀')).toBe('Drucker druckt nicht — 😀');
  });
});
