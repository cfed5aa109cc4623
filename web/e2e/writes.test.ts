import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { focusComes } from './support/focus';
import { goTo } from './support/pages';
import { test } from './support/visit';

const SERVICES = { path: '/services', heading: 'Services' };

/** Counts what is sent to this route from now on. */
function countPosts(page: Page, route: RegExp): () => number {
  let count = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && route.test(new URL(request.url()).pathname)) count += 1;
  });
  return () => count;
}

describe('a service', () => {
  test('is stopped after a question and started without one, each by one request', async ({
    visit,
  }) => {
    const page = await visit({ as: 'user2' });
    await goTo(page, SERVICES);
    const stops = countPosts(page, /service\/stop$/);
    const starts = countPosts(page, /service\/start$/);
    const unified = page.locator('section').filter({ hasText: 'Unified service' }).first();
    await unified.getByRole('button', { name: 'Stop', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('No task is due after that').waitFor();
    // Pressed twice, as by somebody impatient.
    await dialog.getByRole('button', { name: 'Stop the service' }).dblclick();
    const start = unified.getByRole('button', { name: 'Start' });
    await start.waitFor();
    expect(stops()).toBe(1);
    await start.dblclick();
    await unified.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    expect(starts()).toBe(1);
  });

  test('is not stopped when the question is answered with Escape', async ({ visit }) => {
    const page = await visit({ as: 'user2' });
    await goTo(page, SERVICES);
    const stops = countPosts(page, /service\/stop$/);
    await page.getByRole('main').getByRole('button', { name: 'Stop', exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(stops()).toBe(0);
  });

  test('of another user is stopped with that name in the question', async ({ visit }) => {
    const page = await visit({ as: 'admin' });
    await goTo(page, { path: '/services?user=3', heading: 'Services of user3' });
    await page.getByText('Viewing user3').waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Stop', exact: true }).first().click();
    await page.getByRole('dialog', { name: 'Stop the unified service of user3?' }).waitFor();
    await page.keyboard.press('Escape');
  });
});

describe('the kill switch', () => {
  test('stops orders with one press, and lets them through after a held one', async ({ visit }) => {
    const page = await visit({ as: 'user3' });
    await goTo(page, { path: '/', heading: 'Today' });
    const posts = countPosts(page, /kill-switch$/);
    await page.getByRole('button', { name: 'Kill switch' }).dblclick();
    const stopped = page.getByRole('button', { name: 'Orders stopped' });
    await stopped.waitFor();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(posts()).toBe(1);

    await stopped.click();
    const dialog = page.getByRole('dialog');
    const through = dialog.getByRole('button', { name: 'Hold to let orders through' });
    // A mere press is not enough.
    await through.click();
    expect(posts()).toBe(1);
    await through.hover();
    await page.mouse.down();
    await dialog.waitFor({ state: 'hidden' });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Kill switch' }).waitFor();
    expect(posts()).toBe(2);
  });
});

describe('a user', () => {
  test('sees nothing of another user, whatever the address says', async ({ visit }) => {
    const page = await visit({ as: 'user2', refusals: [403, 404] });
    await page.goto('/orders?user=3');
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByText('user3').count()).toBe(0);
    const answer = await page.context().request.get('/api/v1/orders?user=3');
    expect([403, 404]).toContain(answer.status());
  });

  test('has no entry of an admin in navigation and search', async ({ visit }) => {
    const page = await visit({ as: 'user2' });
    await goTo(page, { path: '/', heading: 'Today' });
    expect(await page.locator('a[href^="/admin"]').count()).toBe(0);
    await page.keyboard.press('Control+k');
    await page
      .getByRole('dialog')
      .getByRole('textbox')
      .or(page.getByRole('combobox'))
      .first()
      .fill('Audit');
    await page.getByText('Nothing of this name.').waitFor();
  });
});

describe('with the keyboard alone', () => {
  test('one logs in, goes to a page, searches and stops a service', async ({ visit }) => {
    const page = await visit({ refusals: [401] });
    await page.goto('/login');
    await page.getByLabel('Name').waitFor();
    await page.keyboard.type('user3');
    await page.keyboard.press('Tab');
    await page.keyboard.type('prahari-demo');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();

    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();

    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('Services');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Services' }).waitFor();

    const stop = page.getByRole('main').getByRole('button', { name: 'Stop', exact: true }).first();
    await stop.waitFor();
    await stop.focus();
    await page.keyboard.press('Enter');
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Stop the service' });
    await confirm.waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    // Back to where one was.
    await focusComes(stop);
  });
});
