import { describe, expect } from 'vitest';
import type { OrderDetail } from '../src/api/schema';
import { LIVE_ORDER } from './support/orders';
import { goTo } from './support/pages';
import { test } from './support/visit';

const ID = LIVE_ORDER.id;
const ORDER = { path: `/orders?order=${ID}`, heading: 'Orders' };
const REASON = 'the contract note does not have it';

/** The order as it stands, before and after its second fill is taken back. */
function detailOf(withdrawn: string | null): OrderDetail {
  const at = '2025-03-10T10:00:02.000+05:30';
  return {
    order: { ...LIVE_ORDER, state: 'filled', filled_quantity: 10, average_price_paise: 8990 },
    module: null,
    fills: [
      { key: 'T1', quantity: 4, price_paise: 9000, filled_at: at, withdrawn: null },
      { key: 'T2', quantity: 6, price_paise: 8983, filled_at: at, withdrawn },
    ],
    fills_may_be_annulled: true,
    journal: [],
  };
}

describe('a fill that the exchange annulled', () => {
  test('is taken back at the word of a person, and the refusal of what the broker shows is told', async ({
    visit,
  }) => {
    const page = await visit({ as: 'user2', refusals: [409] });
    // Fills of the made-up market are final, so the daemon's part is played here.
    const asked: unknown[] = [];
    await page.route(`**/api/v1/orders/${ID}*`, (route) =>
      route.fulfill({ json: detailOf(asked.length < 2 ? null : REASON) }),
    );
    await page.route('**/api/v1/user/orders/*/resolve*', (route) => {
      asked.push(route.request().postDataJSON());
      if (asked.length > 1) return route.fulfill({ json: detailOf(REASON).order });
      const problem = {
        type: 'about:blank',
        title: 'Conflict',
        status: 409,
        code: 'order_not_open',
        detail: "the broker's book shows the fill T2",
      };
      return route.fulfill({ status: 409, json: problem });
    });
    await goTo(page, ORDER);
    const drawer = page.getByRole('dialog', { name: ID });
    await drawer.getByRole('button', { name: 'Annulled… T2' }).click();
    const dialog = page.getByRole('dialog', { name: 'Was this fill annulled?' });
    await dialog.getByText('6 at ₹89.83, Mon 10 Mar 10:00:02').waitFor();
    await dialog.getByRole('textbox').fill(REASON);
    await dialog.getByRole('button', { name: 'It was annulled' }).click();
    await dialog.getByText("The broker's book shows the fill T2.").waitFor();
    await dialog.getByRole('button', { name: 'It was annulled' }).click();
    await dialog.waitFor({ state: 'detached' });
    await drawer.getByText('T2, annulled').waitFor();
    expect(await drawer.getByRole('button', { name: /^Annulled…/ }).count()).toBe(1);
    const word = { outcome: 'fill_annulled', fill: 'T2', reason: REASON };
    expect(asked).toEqual([word, word]);
  });
});
