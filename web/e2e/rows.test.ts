import { describe, expect } from 'vitest';
import { barriers } from './support/checks';
import { goTo, settled } from './support/pages';
import { test } from './support/visit';

const ORDERS = { path: '/orders?user=1', heading: 'Orders' };

describe('rows', () => {
  test('are begun with j on a fresh page, and not while somebody types', async ({ visit }) => {
    const page = await visit({ as: 'admin' });
    await goTo(page, ORDERS);
    await page.locator('main [data-row="0"]').first().waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-row') ?? 'none');
    const field = page.locator('main [data-filter]').first();
    await field.focus();
    await page.keyboard.press('j');
    expect(await focused()).toBe('none');
    await field.fill('');
    await field.blur();
    await settled(page);
    await page.locator('main [data-row="1"]').first().waitFor();
    await page.keyboard.press('j');
    expect(await focused()).toBe('0');
    await page.keyboard.press('j');
    expect(await focused()).toBe('1');
  });
});

describe('the choice of columns', () => {
  test('keeps the page behind it out of reach, and gives the focus back', async ({ visit }) => {
    const page = await visit({ as: 'admin' });
    await goTo(page, ORDERS);
    await page.locator('main [data-row="0"]').first().waitFor();
    const button = page.getByRole('button', { name: 'Columns' }).first();
    await button.click();
    const choice = page.getByRole('dialog', { name: 'Columns' });
    await choice.waitFor();

    // A row that is not covered: without the choice its click opens the order.
    const row = await page.locator('main [data-row="0"]').first().boundingBox();
    await page.mouse.click((row?.x ?? 0) + 5, (row?.y ?? 0) + 5);
    await choice.waitFor({ state: 'hidden' });
    expect(await page.getByRole('dialog').count()).toBe(0);
    await expect.poll(() => button.evaluate((it) => it === document.activeElement)).toBe(true);
    await page.mouse.click((row?.x ?? 0) + 5, (row?.y ?? 0) + 5);
    await page.getByRole('dialog').waitFor();
  });

  test('leaves no button of the page half under the header', async ({ visit }) => {
    const page = await visit({ as: 'admin', height: 480 });
    await goTo(page, ORDERS);
    await page.getByRole('button', { name: 'Columns' }).first().click();
    await page.getByRole('dialog', { name: 'Columns' }).waitFor();
    for (const down of [40, 45]) {
      await page.evaluate((top) => scrollTo(0, top), down);
      await settled(page);
      expect(await barriers(page), `with the page scrolled by ${down} px`).toEqual([]);
    }
  });
});
