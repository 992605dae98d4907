import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../../src/core/record.ts';
import type { Opened } from '../ticket-system.suite.ts';
import { createRequest, readAgain, written } from './writes.ts';

/** Texts that people write and that must arrive as they are, up to line ends and blanks at the end. */
const plain: Readonly<Record<string, string>> = {
  emoji: 'Printer 🔥 on 👩‍👩‍👧‍👦 floor 🇩🇪',
  'line ends': 'one\r\ntwo\nthree',
  html: '<b>bold</b> &amp; <script>alert(1)</script> 5 < 6',
  'right to left': 'abc \u202edef\u202c \u200fשלום',
  quotes: `it's "quoted" \\ and \\' more`,
  'query signs': 'a^b^NQc^ORd=e,f javascript:gs.now()',
  'combining marks': 'e\u0301 and \u00e9',
  'leading formula': '=HYPERLINK("http://x")',
};

/** Texts that a desk may refuse or change; then it is that record's affair alone. */
const awkward: Readonly<Record<string, string>> = {
  'a megabyte': 'x'.repeat(1_000_000),
  'a megabyte of emoji': '🔥'.repeat(250_000),
  'a NUL': 'a\u0000b',
  'half a pair': 'a\ud83db',
  'control signs': 'a\u0001\u001a\u001bb',
  'nothing but blanks': '   ',
};

const even = (value: FieldValue | undefined): string =>
  String(value ?? '')
    .replace(/\r\n/g, '\n')
    .trimEnd();

export function hostileTests(opened: Opened): void {
  describe('texts', () => {
    it.each(Object.entries(plain))('carries %s there and back', async (_, text) => {
      const desk = opened();
      const created = written(
        (await desk.system.create([createRequest(desk, { [desk.title]: 'a text', [desk.text]: text })]))[0],
      );
      expect(even(created.fields[desk.text])).toBe(even(text));
      expect(await readAgain(desk, created)).toEqual(created);
      const [updated] = await desk.system.update([
        { object: desk.object, id: created.id, fields: { [desk.text]: `${text}!` }, readBack: [desk.text] },
      ]);
      expect(even(written(updated).fields[desk.text])).toBe(even(`${text}!`));
    });

    it.each(Object.entries(awkward))('carries %s or refuses it, and harms no neighbour', async (_, text) => {
      const desk = opened();
      const requests = ['before', text, 'after'].map((one) =>
        createRequest(desk, { [desk.title]: 'neighbours', [desk.text]: one }),
      );
      const results = await desk.system.create(requests);
      expect(results).toHaveLength(3);
      expect(written(results[0]).fields[desk.text]).toBe('before');
      expect(written(results[2]).fields[desk.text]).toBe('after');
      const middle = results[1];
      if (middle?.kind === 'failed') expect(middle.error).toMatchObject({ kind: 'Rejected', data: { executed: 'no' } });
      // Whatever the desk made of it: what we take for its value is what it holds.
      else expect(await readAgain(desk, written(middle))).toEqual(written(middle));
    });

    it('updates with an awkward text without harm to a neighbour', async () => {
      const desk = opened();
      const ids = ['left', 'middle', 'right'].map((title) => desk.put({ ...desk.required, [desk.title]: title }));
      const texts = ['left text', 'x'.repeat(1_000_000), 'right text'];
      const results = await desk.system.update(
        ids.map((id, n) => ({
          object: desk.object,
          id,
          fields: { [desk.text]: texts[n] ?? null },
          readBack: [desk.text],
        })),
      );
      expect(written(results[0]).fields[desk.text]).toBe('left text');
      expect(written(results[2]).fields[desk.text]).toBe('right text');
      if (results[1]?.kind === 'failed') expect(results[1].error.kind).toBe('Rejected');
    });
  });
}
