import { describe, expect } from 'vitest';
import { goTo } from './support/pages';
import { PHONE, test } from './support/visit';

const ORDERS = { path: '/orders?user=1', heading: 'Orders' };

describe('rows', () => {
  test('are begun with j on a fresh page, and not while somebody types', async ({ visit }) => {
    const page = await visit({ as: 'admin' });
    await goTo(page, ORDERS);
    await page.locator('main [data-row="0"]').first().waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-row') ?? 'none');
    const field = page.locator('main input:not([type=date])').first();
    await field.focus();
    await page.keyboard.press('j');
    expect(await focused()).toBe('none');
    await field.fill('');
    await field.blur();
    await page.locator('main [data-row="1"]').first().waitFor();
    await page.keyboard.press('j');
    expect(await focused()).toBe('0');
    await page.keyboard.press('j');
    expect(await focused()).toBe('1');
  });

  test('of signals lead to why on a phone as well', async ({ visit }) => {
    const page = await visit({ as: 'user2', ...PHONE });
    await goTo(page, { path: '/signals?status=expired', heading: 'Signals' });
    const why = page.getByRole('link', { name: /^Why\? / }).first();
    await why.waitFor();
    await why.click();
    await page.waitForURL(/\/symbols\/.*day=/);
    await page.getByRole('heading', { name: 'Why no trade?' }).waitFor();
  });
});
