import { describe, expect, inject } from 'vitest';
import { type Gate, gateTo } from './support/gate';
import { goTo } from './support/pages';
import { logIn } from './support/setup';
import { test } from './support/visit';

const TODAY = { path: '/', heading: 'Today' };

describe('a page that is opened while the daemon is away', () => {
  const opened = async (
    visit: (options: object) => Promise<import('playwright-core').Page>,
    onTestFinished: (end: () => Promise<void>) => void,
  ) => {
    const gate: Gate = await gateTo(inject('console'));
    onTestFinished(() => gate.stop());
    const session = await logIn(gate.url, 'user2');
    const page = await visit({ session, url: gate.url, loses: true });
    await goTo(page, TODAY);
    await page.getByRole('status').getByText('live', { exact: true }).waitFor();
    return { gate, page };
  };

  test('shows what it could not read by itself once the daemon is back', async ({
    visit,
    onTestFinished,
  }) => {
    const { gate, page } = await opened(visit, onTestFinished);
    const link = page.getByRole('navigation').getByRole('link', { name: 'P&L' });
    // A pointer above it has its code loaded.
    const [chunk] = await Promise.all([page.waitForResponse(/\/pnl-[^/]*\.js$/), link.hover()]);
    // With all that it needs; a busy machine takes its time.
    // As text, or vitest would put its own import in place of the browser's.
    await page.evaluate(`import(${JSON.stringify(chunk.url())}).then(() => undefined)`);
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].every(
        ({ sheet }) => sheet !== null,
      ),
    );
    gate.shut();
    await link.click();
    const away = page.getByRole('heading', { name: 'The daemon does not answer' });
    await away.first().waitFor();
    await page.getByText('It is tried again by itself.').first().waitFor();
    gate.open();
    await away.first().waitFor({ state: 'hidden' });
    expect(await away.count()).toBe(0);
  });

  test('loads by itself where its code was missing', async ({ visit, onTestFinished }) => {
    const { gate, page } = await opened(visit, onTestFinished);
    gate.shut();
    await page.getByRole('navigation').getByRole('link', { name: 'Orders' }).click();
    await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    await page.getByText('The daemon cannot be reached.').waitFor();
    gate.open();
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/orders');
  });

  test('leaves out a part whose code was missing until it comes, and keeps what was typed', async ({
    visit,
    onTestFinished,
  }) => {
    const gate = await gateTo(inject('console'));
    onTestFinished(() => gate.stop());
    const session = await logIn(gate.url, 'admin');
    const page = await visit({ session, url: gate.url, loses: true });
    await page.goto('/schedules/eod_cleanup');
    await page.getByLabel('Description').fill('typed');
    gate.shut();
    await page.getByRole('alert').getByText('No live figures').waitFor();
    await page.getByLabel('Kind').first().selectOption({ label: 'Script' });
    await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    gate.open();
    await page.getByRole('textbox', { name: 'Script', exact: true }).waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('typed');
  });
});
