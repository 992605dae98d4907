import { describe, expect, it } from 'vitest';
import { htmlText } from '../../../src/connectors/salesforce/html-text.ts';

describe('a rich text as plain text', () => {
  it.each([
    ['<p>Look &amp; <b>listen</b></p>', 'Look & listen'],
    ['<div>Thanks<br>Kim</div>', 'Thanks\nKim'],
    ['<a href="https://example.com/a">here</a>', 'here [https://example.com/a]'],
    ['<ul><li>one</li><li>two</li></ul>', ' * one\n * two'],
    ['<p>seen</p><img src="https://track.example/x.gif" alt="pixel"><script>alert(1)</script>', 'seen'],
    ['a < b and c > d', 'a < b and c > d'],
    ['plain\n\ntext', 'plain\n\ntext'],
    ['', ''],
  ])('%s', (html, text) => {
    expect(htmlText(html)).toBe(text);
  });

  it('survives markup that goes on for ever or nests without end', () => {
    expect(htmlText(`${'<div>'.repeat(20_000)}deep`).length).toBeLessThan(100);
    expect(htmlText(`<p>${'word '.repeat(500_000)}</p>`).length).toBeLessThan(1_100_000);
  });
});
