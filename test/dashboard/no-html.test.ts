import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '..', '..', 'src', 'admin', 'dashboard');
const sources = globSync('**/*.{ts,tsx,html}', { cwd: folder, exclude: ['dist/**'] });

/** Ways to turn a text into elements or into code. */
const ways =
  /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTMLUnsafe|parseHTMLUnsafe|srcdoc|\beval\(|new Function|dangerouslySet/;

describe('text from desks', () => {
  it('is never turned into elements or code', () => {
    expect(sources.length).toBeGreaterThan(40);
    const found = sources.filter((name) => ways.test(readFileSync(join(folder, name), 'utf8')));
    expect(found).toEqual([]);
  });

  it('could not be, since the page itself forbids it', () => {
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(page).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
    expect(page).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(page).not.toMatch(/unsafe-|https?:\/\//);
  });
});
