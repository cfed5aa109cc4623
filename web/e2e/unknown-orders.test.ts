import { describe, expect } from 'vitest';
import { LIVE_ORDER } from './support/orders';
import { goTo } from './support/pages';
import { test } from './support/visit';

const ORDERS = { path: '/orders', heading: 'Orders' };

const ORDER = { ...LIVE_ORDER, state: 'unknown' };

const UNKNOWN = {
  order: ORDER,
  since: '2025-03-10T10:00:05.000+05:30',
  answer: 'the broker gave no clear answer: no answer to an order within 9 s',
  looks: 3,
  last_looked_at: '2025-03-10T10:03:00.000+05:30',
  kept_looks: [],
  alike: [],
  holdings: 'the broker holds 0 shares of ORBINDRA and our books 0: nothing of it shows there',
};

describe('an order of unknown outcome', () => {
  test('stands above the list with its evidence, and is decided with a reason by one request', async ({
    visit,
  }) => {
    const page = await visit({ as: 'user2' });
    // The made-up market loses no answer, so the daemon's part is played here.
    const decided: unknown[] = [];
    await page.route('**/api/v1/user/orders/unknown*', (route) => {
      const orders = decided.length === 0 ? [UNKNOWN] : [];
      return route.fulfill({ json: { orders, total: orders.length } });
    });
    await page.route('**/api/v1/user/orders/*/resolve*', (route) => {
      decided.push(route.request().postDataJSON());
      return route.fulfill({ json: { ...ORDER, state: 'cancelled' } });
    });
    await goTo(page, ORDERS);
    const unknown = page.getByRole('article', { name: ORDER.id });
    await unknown.getByText('3 times, last Mon 10 Mar 10:03:00').waitFor();
    await unknown.getByText(/nothing of it shows there/).waitFor();
    await unknown.getByRole('button', { name: 'Decide' }).click();
    const dialog = page.getByRole('dialog', { name: 'Did this order never arrive?' });
    await dialog.getByText('Buy 10 ORBINDRA').waitFor();
    await dialog.getByRole('textbox').fill('it is not in the app');
    await dialog.getByRole('button', { name: 'It never arrived' }).dblclick();
    await unknown.waitFor({ state: 'detached' });
    expect(decided).toEqual([{ outcome: 'never_arrived', reason: 'it is not in the app' }]);
  });
});
