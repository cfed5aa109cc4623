import { describe, expect } from 'vitest';
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
