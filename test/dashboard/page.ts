import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A page that notes everything that should not happen on it. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors in the page, on its console, dialogs of the browser. */
  readonly faults: string[];
  /** What the content security policy had to stop; what ran that was a text. */
  harm(): Promise<{ readonly policy: readonly string[]; readonly ran: boolean }>;
}

const hooks = `
  globalThis.__policy = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    globalThis.__policy.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
  });
`;

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Zurich', ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // A refused request is an answer that the page shows; the browser notes it by itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(`console: ${message.text()}`);
  });
  await page.addInitScript(hooks);
  return {
    page,
    context,
    faults,
    harm: async () => ({
      policy: await page.evaluate<string[]>('globalThis.__policy ?? []'),
      ran: await page.evaluate<boolean>('globalThis.__pwned !== undefined'),
    }),
  };
}

export interface Violation {
  readonly id: string;
  readonly where: readonly string[];
  readonly why: string;
}

/** What axe finds wrong with the page as it stands: WCAG 2.2 A and AA, and good practice. */
export async function accessibility(page: Page): Promise<readonly Violation[]> {
  await page.evaluate(axe.source);
  return page.evaluate<Violation[]>(`
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map((found) => ({
        id: found.id,
        where: found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
        why: found.nodes[0].failureSummary ?? '',
      })),
    )
  `);
}

/** Opens a view by its fragment, and waits until it shows what it has to show. */
export async function openView(page: Page, url: string, view: string): Promise<void> {
  await page.goto(`${url}#/${view}`);
  await page.locator('main h1').first().waitFor();
  await page.getByText('Loading …').first().waitFor({ state: 'detached' });
}
