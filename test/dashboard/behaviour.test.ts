import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { LinkRow } from '../../src/admin/schemas/links.ts';
import { cannedAnswers } from './canned.ts';
import { noBrowser, startChromium } from './chromium.ts';
import { type Asked, type FakeApi, Refusal, startFakeApi } from './fake-api.ts';
import { openPage, openView, type Watched } from './page.ts';

describe.skipIf(noBrowser !== null)('the dashboard, used', () => {
  let browser: Browser;
  let api: FakeApi;
  let watched: Watched;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    api = await startFakeApi(cannedAnswers((text) => text));
    watched = await openPage(browser);
  });
  afterEach(async () => {
    await watched.context.close();
    await api.stop();
    if (watched.faults.length > 0) throw new Error(watched.faults.join('\n'));
  });

  it('goes from search to ticket and back by keyboard alone', async () => {
    const { page } = watched;
    api.answers.links = ({ query }) => linkPage(query, 3);
    await openView(page, api.url, 'now');
    await page.keyboard.press('/');
    await page.locator('[data-search]:focus').waitFor();
    await page.keyboard.type('ticket 2');
    await page.waitForURL(/search=ticket\+2/);
    await page.getByText('1 in all').waitFor();
    await page.keyboard.press('Tab');
    await page.locator('main h1').waitFor();
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('INC0000002');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'INC0010042' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Links' }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('ticket 2');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Shift+Tab');
    await page.evaluate('document.body.focus(), scrollTo(0, 0)');
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('holds a few hundred rows of a list of a million, and brings back those it let go', async () => {
    const { page } = watched;
    const asked: string[] = [];
    api.answers.links = ({ query }) => {
      asked.push(query.get('after') ?? 'start');
      return linkPage(query, 1_000_000);
    };
    await openView(page, api.url, 'links');
    await page.getByText('INC0000001').waitFor();
    const scroll = (to: string): Promise<unknown> =>
      page.evaluate(`(() => { const box = document.querySelector('.rows'); box.scrollTop = ${to}; })()`);
    for (let pages = 2; pages <= 20; pages += 1) {
      await scroll('box.scrollHeight');
      await page.getByText(`${(pages * 200).toLocaleString('en-GB')} of 1,000,000 loaded`).waitFor();
    }
    expect(await page.locator('.rows tbody tr').count()).toBeLessThan(80);
    expect(asked).toHaveLength(20);
    await scroll('0');
    await page.getByText('INC0000001').waitFor();
    expect(asked.slice(20)).toEqual(['start']);
    await page.getByText('4,000 of 1,000,000 loaded').waitFor();
  });

  it('keeps what was typed when the session ends in the middle of settling a conflict', async () => {
    const { page } = watched;
    let bodies: unknown[] = [];
    let over = true;
    const settle = api.answers.conflictResolve;
    api.answers.conflictResolve = (asked) => {
      if (over) throw new Refusal(401, 'not logged in');
      bodies = [...bodies, asked.body];
      if (settle === undefined) throw new Error('no answer');
      return settle(asked);
    };
    const login = api.answers.login;
    api.answers.login = (asked) => {
      over = false;
      if (login === undefined) throw new Error('no answer');
      return login(asked);
    };
    await openView(page, api.url, 'conflicts');
    await page.getByRole('button', { name: 'Write another …' }).click();
    await page.getByLabel('Value for both').fill('The printer on the second floor');
    await page.getByRole('button', { name: 'Use this value' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByLabel('Token').fill('secret');
    await dialog.getByRole('button', { name: 'Log in' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Value for both').inputValue()).toBe('The printer on the second floor');
    await page.getByRole('button', { name: 'Use this value' }).click();
    await page.getByText('decided. It is carried out now.').waitFor();
    expect(bodies).toEqual([{ value: 'The printer on the second floor' }]);
  });

  it('says in words that someone else was faster', async () => {
    const { page } = watched;
    let settled = false;
    const list = api.answers.conflicts;
    api.answers.conflicts = (asked) => {
      if (list === undefined) throw new Error('no answer');
      return settled ? { items: [], next: null, total: 0, byField: {} } : list(asked);
    };
    api.answers.conflictResolve = () => {
      settled = true;
      throw new Refusal(409, 'Ada took ServiceNow’s value two minutes ago.', { by: 'Ada' });
    };
    await openView(page, api.url, 'conflicts');
    await page.getByRole('button', { name: /^Take Salesforce’s value/ }).click();
    await page.getByRole('status').getByText('Ada took ServiceNow’s value two minutes ago.').waitFor();
    await page.getByRole('heading', { name: 'No conflict waits for a person' }).waitFor();
  });

  it('decides all that the filter lets through, those not shown included', async () => {
    const { page } = watched;
    const sent: unknown[] = [];
    const list = api.answers.conflicts;
    api.answers.conflicts = (asked) => {
      if (list === undefined) throw new Error('no answer');
      return { ...list(asked), total: 9_000 };
    };
    api.answers.conflictsResolve = ({ body }) => {
      sent.push(body);
      return { decided: 8_999, skipped: [], left: 0, text: '8,999 conflicts are decided; 1 had been already.' };
    };
    await openView(page, api.url, 'conflicts?field=short_description');
    await page.getByLabel('All 1 shown').check();
    await page.getByRole('button', { name: 'All 9,000 under this filter' }).click();
    await page.getByRole('button', { name: 'Take ServiceNow’s for these' }).click();
    await page.getByRole('button', { name: 'Decide 9,000' }).click();
    await page.getByText('8,999 conflicts are decided; 1 had been already.').waitFor();
    expect(sent).toEqual([{ take: 'servicenow', filter: { field: 'short_description' } }]);
  });

  it('keeps showing a link that vanished while its page was open, and offers nothing on it', async () => {
    const { page } = watched;
    await openView(page, api.url, 'links/link-1');
    await page.getByRole('button', { name: 'Compare now' }).waitFor();
    api.answers.link = () => {
      throw new Refusal(404, 'no such link');
    };
    await page.getByRole('button', { name: 'Compare now' }).click();
    await page.getByText('This link is not there any more.').waitFor();
    expect(await page.getByText('Printer prints nothing').count()).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: 'Unlink' }).count()).toBe(0);
    await openView(page, api.url, 'now');
    await page.goto(`${api.url}#/links/link-9`);
    await page.getByRole('heading', { name: 'There is no such link' }).waitFor();
  });

  it('sets a pair going only with the consent that its reason asks for', async () => {
    const { page } = watched;
    const sent: unknown[] = [];
    const status = api.answers.status;
    api.answers.status = (asked) => {
      if (status === undefined) throw new Error('no answer');
      const before = status(asked);
      return { ...before, pauses: before.pauses.map((pause) => ({ ...pause, reason: 'instance-changed' })) };
    };
    api.answers.pairResume = ({ body }) => {
      sent.push(body);
      return { text: 'It goes on.' };
    };
    await openView(page, api.url, 'now');
    await page.getByRole('button', { name: 'Set it going again' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Set it going' }).click();
    await dialog.getByText('Tick the box first').waitFor();
    expect(sent).toEqual([]);
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Set it going' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(sent).toEqual([{ instance: true }]);
  });

  it('says what two tickets differ in before it links them by hand', async () => {
    const { page } = watched;
    const sent: unknown[] = [];
    const link = api.answers.linkByHand;
    api.answers.linkByHand = (asked) => {
      sent.push(asked.body);
      if (link === undefined) throw new Error('no answer');
      return link(asked);
    };
    await openView(page, api.url, 'matches');
    await page.getByLabel('ServiceNow').fill(' INC0010042 ');
    await page.getByLabel('Salesforce').fill('00001007');
    await page.getByRole('button', { name: 'Look first' }).click();
    await page.getByText('They differ in state').waitFor();
    await page.getByRole('button', { name: 'Link them', exact: true }).click();
    await page.waitForURL(/#\/links\/link-1/);
    const both = { servicenow: 'INC0010042', salesforce: '00001007' };
    expect(sent).toEqual([
      { ...both, dryRun: true },
      { ...both, dryRun: false },
    ]);
  });

  it('says since when it is stale, and comes back by itself', async () => {
    const { page } = watched;
    await openView(page, api.url, 'now');
    api.dropStreams();
    await page.getByText('Stale since').waitFor();
    await page.getByText('Stale since').waitFor({ state: 'detached' });
  });

  it('shows at once what an event tells of', async () => {
    const { page } = watched;
    await openView(page, api.url, 'links/link-1');
    const link = api.answers.link;
    api.answers.link = (asked) => {
      if (link === undefined) throw new Error('no answer');
      return { ...link(asked), status: 'synced', conflicts: [] };
    };
    api.tell({
      id: 'b.1',
      topic: 'links',
      type: 'link.updated',
      at: new Date().toISOString(),
      pair: null,
      side: null,
      linkId: 'link-1',
      text: 'INC0010042: updated',
      data: {},
    });
    await page.locator('.head').getByText('In step').waitFor();
  });

  it('asks for the token again before a risky act of an old login, and then does it', async () => {
    const { page } = watched;
    let fresh = false;
    let unlinked = 0;
    api.answers.linkUnlink = ({ params }) => {
      if (!fresh) throw new Refusal(403, 'Give your token again.', { type: '/problems/login-again' });
      unlinked += 1;
      const row = linkPage(new URLSearchParams(), 1).items[0];
      if (row === undefined) throw new Error('no row');
      return { ...row, id: params['id'] ?? '', status: 'detached' };
    };
    api.answers.login = () => {
      fresh = true;
      return { name: 'ada', role: 'operator', via: 'session', csrf: 'new', endsAt: null, idleSeconds: 1800 };
    };
    await openView(page, api.url, 'links/link-1');
    await page.getByRole('button', { name: 'Unlink' }).click();
    const asking = page.getByRole('dialog', { name: 'Unlink' });
    await asking.getByRole('button', { name: 'Unlink' }).click();
    const again = page.getByRole('dialog', { name: 'Give your token again' });
    await again.getByRole('button', { name: 'Cancel' }).click();
    await asking.getByText('Give your token again').waitFor();
    expect(unlinked).toBe(0);
    await asking.getByRole('button', { name: 'Unlink' }).click();
    await again.getByLabel('Token').fill('secret');
    await page.keyboard.press('Enter');
    await again.waitFor({ state: 'detached' });
    await asking.waitFor({ state: 'detached' });
    expect(unlinked).toBe(1);
  });

  it('keeps the chosen colours, and leaves them to the system by default', async () => {
    const { page } = watched;
    await openView(page, api.url, 'now');
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.getByRole('button', { name: 'Colours: system' }).click();
    expect(await ground()).toBe(light);
    await page.reload();
    await page.locator('main h1').waitFor();
    expect(await ground()).toBe(light);
  });
});

/** Links 1 to `total`, by search and page as the server gives them. */
function linkPage(query: Asked['query'], total: number): ReturnType<NonNullable<FakeApi['answers']['links']>> {
  const from = Number(query.get('after') ?? '0');
  const wanted = Number(/^ticket (\d+)$/.exec(query.get('search') ?? '')?.[1] ?? '0');
  const size = Math.min(Number(query.get('limit') ?? '50'), total - from);
  const numbers = wanted > 0 ? [wanted] : Array.from({ length: size }, (_, index) => from + index + 1);
  const items = numbers.map((number): LinkRow => ({
    id: `link-${number}`,
    pair: 'incident-case',
    servicenowId: number.toString(16).padStart(32, '0'),
    salesforceId: `500${String(number).padStart(15, '0')}`,
    servicenowNumber: `INC${String(number).padStart(7, '0')}`,
    salesforceNumber: String(number).padStart(8, '0'),
    status: 'synced',
    lastSyncedAt: '2026-11-25T09:00:00.000Z',
    createdAt: '2026-11-25T09:00:00.000Z',
    origin: 'servicenow',
    title: `ticket ${number}`,
    holds: 0,
  }));
  const end = from + size;
  return {
    items,
    next: wanted > 0 || end >= total ? null : String(end),
    byStatus: { synced: total, pending: 0, conflict: 0, quarantined: 0, detached: 0 },
  };
}
