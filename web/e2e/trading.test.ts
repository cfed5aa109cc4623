import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TradingStateBody } from '../src/api/schema';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { test } from './support/visit';

const OWN = { path: '/settings/trading', heading: 'Settings' };
const OF_USER2 = { path: '/settings/trading?user=2', heading: 'Settings of user2' };
const TODAY = { path: '/', heading: 'Today' };

/** Sets a state with its reason, by one request. */
async function set(page: Page, state: string, title: string, confirm: string, reason: string) {
  await page.getByRole('main').getByRole('button', { name: state, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: title });
  const button = dialog.getByRole('button', { name: confirm });
  expect(await button.isDisabled()).toBe(true);
  await dialog.getByRole('textbox').fill(reason);
  if (confirm.startsWith('Hold to')) {
    await button.hover();
    await page.mouse.down();
    await dialog.waitFor({ state: 'hidden' });
    await page.mouse.up();
    return;
  }
  await button.dblclick();
  await dialog.waitFor({ state: 'hidden' });
}

describe('the trading state', () => {
  const own = ownDaemon();
  const saved = (page: Page) =>
    read<TradingStateBody>(page.context().request.get('/api/v1/user/trading-state'));

  test('is set with a reason, shown above every page, and taken back with a held button', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, OWN);
    let sent = 0;
    page.on('request', (request) => {
      if (request.method() === 'PUT') sent += 1;
    });
    const title = 'Set your trading to reduce-only?';
    await set(page, 'Reduce-only', title, 'Set reduce-only', 'results are due');
    await page.getByText('Your trading is reduce-only').waitFor();
    expect(sent).toBe(1);
    await goTo(page, TODAY);
    await page.getByText('Your trading is reduce-only').waitFor();
    await page.getByText('Set by the user: Results are due.').waitFor();
    const { state, own: set_by_user } = await saved(page);
    expect([state, set_by_user.reason]).toEqual(['reduce_only', 'results are due']);

    await page.getByRole('link', { name: 'Trading state' }).first().click();
    await page.getByText('The user lifts this.').waitFor();
    await set(page, 'Active', 'Set your trading to active?', 'Hold to set active', 'they are out');
    await page.getByText('Your trading is reduce-only').waitFor({ state: 'hidden' });
    expect((await saved(page)).state).toBe('active');
  });

  test('that an admin sets is told to the user, who cannot take it back', async ({ visit }) => {
    const admin = await visit(own.as('admin'));
    await goTo(admin, OF_USER2);
    const title = 'Set trading of user2 to halted?';
    await set(admin, 'Halted', title, 'Halt trading', 'the books look odd');
    await admin.getByText('Trading of user2 is halted').waitFor();

    const page = await visit(own.as('user2'));
    await goTo(page, OWN);
    await page.getByText('Your trading is halted').waitFor();
    await page.getByText('Only an admin lifts this.').waitFor();
    // The user's own state is active all the while.
    const active = page.getByRole('main').getByRole('button', { name: 'Active', exact: true });
    expect(await active.getAttribute('aria-pressed')).toBe('true');

    await set(
      admin,
      'Active',
      'Set trading of user2 to active?',
      'Hold to set active',
      'they do not',
    );
    // The stream tells it to the page of the user.
    await page.getByText('Your trading is halted').waitFor({ state: 'hidden' });
    expect((await saved(page)).state).toBe('active');
  });
});
