import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { htmlReport } from '../../src/cli/report/html.ts';
import { noBrowser, startChromium } from '../dashboard/chromium.ts';
import { hostileTexts } from '../dashboard/hostile.ts';
import { openPage } from '../dashboard/page.ts';
import { createWorld, newIncident } from '../engine/world.ts';
import { runToEnd } from '../support/clock.ts';
import { createCli, type Ran } from './world.ts';

function setUp() {
  const world = createWorld();
  const cli = createCli({ store: world.store, engine: world.engine });
  const folder = mkdtempSync(join(tmpdir(), 'casebridge report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: readonly string[]): Promise<Ran> => runToEnd(world.clock, cli.run(...args));
  return { world, run, file: join(folder, 'report.html') };
}

/** Text of every cell as it stands in the source, entities undone. */
function cells(html: string): readonly string[] {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return [...html.matchAll(/<td>([^<]*)<\/td>/g)].map((match) =>
    (match[1] ?? '').replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? ''),
  );
}

const page = (texts: readonly string[]): string =>
  htmlReport({
    title: `Title ${texts[0] ?? ''}`,
    at: '2026-03-02T09:00:00.000Z',
    figures: [{ name: 'Rows', value: String(texts.length) }],
    columns: ['Text', 'Number'],
    rows: texts.map((text, n) => [text, String(texts.length - n)]),
    nothing: 'Nothing.',
  });

describe('a report', () => {
  it('of drift has every field that differs, with both values in full', async () => {
    const { world, run, file } = setUp();
    world.put('servicenow', newIncident);
    await world.sync();
    const { ids } = await world.link();
    const long = `Line one <b>\nline two & ${'a lot more '.repeat(20)}`;
    await world.edit('salesforce', ids.salesforce, { Description: long, Priority: 'Low' });
    const ran = await run('verify', '--html', file);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^Tickets +What +ServiceNow +Salesforce\n/);
    expect(ran.stderr).toContain(`Report written to ${file}.`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(cells(readFileSync(file, 'utf8'))).toEqual(
      expect.arrayContaining(['Description', 'Second floor.', long, 'Urgency', 'Low']),
    );
  });

  it('of a plan has a row for each field that would be written; nothing to write is said, too', async () => {
    const { world, run, file } = setUp();
    world.put('servicenow', newIncident);
    const ran = await run('plan', '--html', file, '--json');
    expect(ran).toMatchObject({ code: 0, lines: [{ action: 'create' }] });
    const html = readFileSync(file, 'utf8');
    expect(cells(html)).toEqual(expect.arrayContaining(['create', 'Salesforce', 'Subject', 'Printer on fire']));
    expect(html).toContain('<dt>Tickets to create</dt><dd>1</dd>');
    await world.sync();
    await world.clock.advance(3_600_000);
    await run('plan', '--html', file);
    expect(readFileSync(file, 'utf8')).toContain('Nothing would be written.');
  });

  it('asks nobody for anything and runs nothing but its own script', () => {
    const html = page(['plain']);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'$/,
    );
    expect(html).not.toMatch(/(?:src|href|url|@import)\s*[=(]/i);
    expect(html).not.toMatch(/\son[a-z]+\s*=/i);
  });

  it.each(hostileTexts.map((text) => [text]))('shows %j as what it is', (text) => {
    const html = page([text]);
    expect(html.match(/<script>/g)).toHaveLength(1);
    // Nothing of it is markup, and nothing of it moves the reading direction.
    const [shown = ''] = cells(html);
    expect(shown).not.toBe('');
    expect(shown).not.toMatch(/[\0\u202a-\u202e\u2028]/);
    if (/^[\w<"' -]+$/.test(text)) expect(shown).toBe(text);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '|calc', '%x', ' =1', '\n=1', '＝1+1', '＠x'])(
    'keeps %j a text in a spreadsheet',
    (text) => {
      expect(cells(page([text]))[0]).toBe(`'${text}`);
    },
  );
});

describe.skipIf(noBrowser !== null)('a report in a browser', { timeout: 120_000 }, () => {
  it('sorts by its own script, which its policy lets through, and runs nothing that a ticket says', async () => {
    const { file } = setUp();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, page([...hostileTexts, 'b 10', 'b 9', 'a']));
    const browser = await startChromium();
    onTestFinished(() => browser.close());
    for (const colorScheme of ['light', 'dark'] as const) {
      const watched = await openPage(browser, { colorScheme });
      await watched.page.goto(pathToFileURL(file).href);
      const texts = (): Promise<readonly string[]> => watched.page.locator('td:first-child').allTextContents();
      const before = await texts();
      await watched.page.getByRole('button', { name: 'Number' }).click();
      expect(await texts()).toEqual(before.toReversed());
      await watched.page.getByRole('button', { name: 'Text' }).click();
      const sorted = await texts();
      expect(sorted.indexOf('b 9')).toBe(sorted.indexOf('b 10') - 1);
      expect(await watched.harm()).toEqual({ policy: [], ran: false });
      expect(watched.faults).toEqual([]);
      const colours = await watched.page.evaluate(`getComputedStyle(document.body).backgroundColor`);
      expect(colours).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 24, 29)');
      await watched.context.close();
    }
  });
});
