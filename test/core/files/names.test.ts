import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionOf, safeName } from '../../../src/core/files/names.ts';

describe('names made safe', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\beth\\screen.png', 'screen.png'],
    ['..', 'file'],
    ['folder/..', 'folder'],
    ['', 'file'],
    ['   ', 'file'],
    ['\u0000', 'file'],
    ['a\u0000b.txt', 'ab.txt'],
    ['line\r\nbreak.txt', 'linebreak.txt'],
    ['con', '_con'],
    ['CON.tar.gz', '_CON.tar.gz'],
    ['console.log', 'console.log'],
    ['lpt1.txt', '_lpt1.txt'],
    ['trailing. . ', 'trailing'],
    ['what?.txt', 'what_.txt'],
    ['gpj.\u202eexe', 'gpj.exe'],
    ['Übergröße.xlsx', 'Übergröße.xlsx'],
    ['.bashrc', '.bashrc'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('cuts a long name and keeps its extension', () => {
    const cut = safeName(`${'x'.repeat(300)}.log`);
    expect([cut.length, cut.endsWith('x.log')]).toEqual([255, true]);
  });

  it('never cuts through a character', () => {
    const cut = safeName(`${'👩‍🚒'.repeat(80)}.png`);
    expect(cut.endsWith('👩‍🚒.png')).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.length).toBeLessThanOrEqual(255);
  });

  it('is a name whatever goes in, and the same one again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const safe = safeName(name);
        expect(safe).not.toBe('');
        expect(safe.length).toBeLessThanOrEqual(255);
        expect(safe).not.toMatch(/[\\/\p{Cc}]/u);
        expect(safe.isWellFormed()).toBe(true);
        expect(safeName(safe)).toBe(safe);
      }),
    );
  });

  it.each([
    ['a.PDF', 'pdf'],
    ['a', null],
    ['.bashrc', null],
    ['a.', null],
    ['a.tar.gz', 'gz'],
  ])('the extension of %j is %j', (name, extension) => {
    expect(extensionOf(name)).toBe(extension);
  });
});
