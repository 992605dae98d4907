import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Side } from '../../src/core/side.ts';
import { newIncident, objects } from '../engine/world.ts';
import { eventually } from '../support/eventually.ts';
import { noBrowser, startChromium } from './chromium.ts';
import { hostileTexts } from './hostile.ts';
import { accessibility, openPage, openView, type Watched } from './page.ts';
import { type Running, startRunning } from './real.ts';

const views = ['now', 'links', 'conflicts', 'quarantine', 'runs', 'mapping', 'matches', 'people', 'audit', 'tokens'];

describe.skipIf(noBrowser !== null)('the dashboard over a daemon at work', () => {
  let browser: Browser;
  let running: Running;
  const opened: Watched[] = [];
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    running = await startRunning([
      ({ object, after }) =>
        object === 'incident' && after['urgency'] === '1'
          ? { code: 'DataPolicy', answer: 'Urgency 1 needs a manager' }
          : null,
    ]);
  });
  afterEach(async () => {
    const faults = opened.flatMap((one) => one.faults);
    for (const { context } of opened.splice(0)) await context.close();
    await running.stop();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  });

  /** Somebody with a token of that role logs in. */
  async function loggedIn(name: string, role: 'viewer' | 'operator' | 'admin'): Promise<Page> {
    const token = await running.token(name, role);
    const watched = await openPage(browser);
    opened.push(watched);
    await watched.page.goto(running.url);
    await logIn(watched.page, token);
    await watched.page.getByRole('heading', { level: 1, name: 'Now' }).waitFor();
    return watched.page;
  }

  async function logIn(page: Page, token: string): Promise<void> {
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  /** Both desks change the title of one ticket to something else. Returns the ids. */
  async function disputed(): Promise<{ readonly incident: string; readonly twin: string }> {
    const { servicenow, salesforce } = running.desks;
    const incident = servicenow.put('incident', newIncident).id;
    const twin = await eventually(() => salesforce.rows('Case')[0]?.id ?? false);
    if (twin === false) throw new Error('no Case');
    await eventually(async () => (await links()).length === 1);
    // Desks date to the second: in the second of our own write an edit looks like its echo, until the deep poll.
    await delay(1100);
    servicenow.edit('incident', incident, { short_description: 'Printer on the second floor is on fire' }, 'beth');
    salesforce.edit('Case', twin, { Subject: 'Printer is on fire again' }, 'sam');
    return { incident, twin };
  }

  function titleIn(side: Side, id: string): unknown {
    const row = running.desks[side].rows(objects[side]).find((one) => one.id === id);
    return row?.fields[side === 'servicenow' ? 'short_description' : 'Subject'];
  }

  const links = () => running.store.transaction((tx) => tx.findLinks({ limit: 100 }));

  it('settles a conflict in the browser, from the edit to both desks agreeing', async () => {
    const { incident } = await disputed();
    const page = await loggedIn('ada', 'operator');
    await page.getByRole('link', { name: 'Conflicts' }).first().click();
    await page.getByText('Printer on the second floor is on fire').first().waitFor();
    await page.getByText('sam').first().waitFor();
    await page.getByRole('button', { name: /^Take Salesforce’s value/ }).click();
    await page.getByText('It is carried out now.').waitFor();
    await eventually(() => titleIn('servicenow', incident) === 'Printer is on fire again');
    await page.getByRole('heading', { name: 'No conflict waits for a person' }).waitFor();
    await page.getByLabel('Show').selectOption('settled');
    await page.getByText('Salesforce won, by ada').waitFor();
    await openView(page, running.url, 'audit');
    await page.getByText('ada').nth(1).waitFor();
  });

  it('takes a third value, and puts it on both desks', async () => {
    const { incident, twin } = await disputed();
    const page = await loggedIn('ada', 'operator');
    await openView(page, running.url, 'conflicts');
    await page.getByRole('button', { name: 'Write another …' }).click();
    await page.getByLabel('Value for both').fill('Printer on the second floor is on fire again');
    await page.getByRole('button', { name: 'Use this value' }).click();
    const third = 'Printer on the second floor is on fire again';
    await eventually(() => titleIn('servicenow', incident) === third && titleIn('salesforce', twin) === third);
  });

  it('lets the second of two people know who was faster', async () => {
    await disputed();
    const ada = await loggedIn('ada', 'operator');
    const bob = await loggedIn('bob', 'operator');
    for (const page of [ada, bob]) {
      await openView(page, running.url, 'conflicts');
      await page.getByRole('button', { name: 'Write another …' }).waitFor();
    }
    // Bob's page hears nothing more: he decides on what he saw.
    await bob.route('**/api/events', (route) => route.abort());
    await bob.route('**/api/conflicts?**', (route) => route.abort());
    await ada.getByRole('button', { name: /^Take ServiceNow’s value/ }).click();
    await ada.getByText('It is carried out now.').waitFor();
    await bob.getByRole('button', { name: /^Take Salesforce’s value/ }).click();
    await bob.getByRole('status').getByText(/ada/).waitFor();
  });

  it('goes on after a session that ended in the middle of settling', async () => {
    const { twin } = await disputed();
    const page = await loggedIn('ada', 'operator');
    await openView(page, running.url, 'conflicts');
    await page.getByRole('button', { name: 'Write another …' }).click();
    await page.getByLabel('Value for both').fill('Written before the session ended');
    await running.endSessions('ada');
    await page.getByRole('button', { name: 'Use this value' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    const again = await running.token('ada-again', 'operator');
    await logIn(page, again);
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Use this value' }).click();
    await eventually(() => titleIn('salesforce', twin) === 'Written before the session ended');
  });

  it('puts back what the daemon wrote, after it has shown what that is', async () => {
    const { servicenow, salesforce } = running.desks;
    const incident = servicenow.put('incident', newIncident).id;
    const twin = await eventually(() => salesforce.rows('Case')[0]?.id ?? false);
    if (twin === false) throw new Error('no Case');
    await eventually(async () => (await links()).length === 1);
    const before = titleIn('salesforce', twin);
    await delay(1100);
    const since = new Date().toISOString().slice(0, 19);
    servicenow.edit('incident', incident, { short_description: 'Changed by a script' }, 'script');
    await eventually(() => titleIn('salesforce', twin) === 'Changed by a script');
    const page = await loggedIn('ada', 'operator');
    await openView(page, running.url, 'runs');
    await page.getByRole('table', { name: 'What wrote values' }).locator('[data-open]').click();
    await page.getByLabel('Field').fill('short_description');
    await page.getByRole('button', { name: 'Show what would be put back' }).click();
    // The daemon made the ticket in the same run: there is nothing before that.
    await page.getByText('0 values on 0 tickets to put back, 1 to leave.').waitFor();
    await page.evaluate(`(() => { document.querySelectorAll('input[type=datetime-local]')[0].step = '1'; })()`);
    await page.getByLabel('Written since').fill(zoned(since));
    await page.getByRole('button', { name: 'Show what would be put back' }).click();
    await page.getByRole('button', { name: 'Put 1 value back …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Put back', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'undo' }).waitFor();
    await eventually(() => titleIn('salesforce', twin) === before);
    await page.getByText('Done', { exact: true }).waitFor();
    expect(titleIn('servicenow', incident)).toBe('Changed by a script');
  });

  it('opens every view on real answers, with what the desks refuse and what they were made to hold', async () => {
    const { servicenow, salesforce } = running.desks;
    for (const text of hostileTexts.slice(0, 30))
      servicenow.put('incident', { ...newIncident, short_description: text, description: text });
    salesforce.put('Case', { Subject: 'Refused', Description: '', Status: 'New', Priority: 'High', Origin: 'Web' });
    const page = await loggedIn('eve', 'admin');
    await eventually(async () => (await links()).length >= 30 || false);
    await eventually(async () => (await running.store.transaction((tx) => tx.listQuarantine(5))).length === 1 || false);
    for (const view of views) {
      await openView(page, running.url, view);
      expect(await accessibility(page), view).toEqual([]);
    }
    await openView(page, running.url, 'quarantine');
    await page.getByText('Urgency 1 needs a manager').first().waitFor();
    await openView(page, running.url, 'links?search=script');
    await page.locator('[data-open]').first().click();
    await page.getByRole('heading', { name: 'Fields' }).waitFor();
    await page.getByText('Both sides as read').waitFor();
    expect(await accessibility(page), 'one link').toEqual([]);
    for (const { harm } of opened) expect(await harm()).toEqual({ policy: [], ran: false });
    await openView(page, running.url, 'runs');
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('The verify has started.').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'verify' }).getByText('Done').waitFor();
  });

  it('plans an edited mapping, and says what is wrong with one that is not sound', async () => {
    const { id } = running.desks.servicenow.put('incident', { ...newIncident, urgency: '2' });
    const page = await loggedIn('ada', 'operator');
    await eventually(async () => (await links()).length === 1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Not healthy').waitFor();
    running.desks.servicenow.edit('incident', id, { urgency: '3' }, 'beth');
    await openView(page, running.url, 'mapping');
    await page.getByRole('button', { name: 'Try an edited one …' }).click();
    const editor = page.getByLabel('The mapping as JSON');
    const plan = page.getByRole('button', { name: 'Plan', exact: true });
    // The desk in memory describes no field `number`.
    await plan.click();
    await page.getByText('The mapping is not sound').waitFor();
    const text = await editor.inputValue();
    await editor.fill(`${text} and more`);
    await plan.click();
    await page.getByText('This is not JSON yet').waitFor();

    const mapping = JSON.parse(text) as { pairs: { fields: { servicenow: string }[] }[] };
    for (const pair of mapping.pairs) {
      pair.fields = pair.fields.filter((field) => field.servicenow !== 'number');
    }
    await editor.fill(JSON.stringify(mapping));
    await plan.click();
    await page.getByText('Looked at', { exact: true }).waitFor();
    const samples = page.getByRole('table', { name: 'Samples' });
    await samples.waitFor();
    expect(await samples.getByRole('row').count()).toBe(2);
    expect(await accessibility(page)).toEqual([]);
  });
});

/** A time in UTC as the page's own zone, Zurich, writes it. */
function zoned(utc: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Zurich',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return format.format(new Date(`${utc}Z`)).replace(' ', 'T');
}
