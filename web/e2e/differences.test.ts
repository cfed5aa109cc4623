import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { HoldingDifference, HoldingDifferenceDecision } from '../src/api/schema';
import { part } from './support/answers';
import { barriers, overflow } from './support/checks';
import { goTo } from './support/pages';
import { PHONE, test } from './support/visit';

const POSITIONS = { path: '/positions', heading: 'Positions' };
const TITLE = 'Differences with the broker';

const BOUGHT: HoldingDifference = {
  id: 7,
  user: 2,
  symbol: 'ORBINDRA',
  cause: 'external_purchase',
  quantity: 5,
  broker_quantity: 15,
  book_quantity: 10,
  broker_cost_paise: null,
  state: 'open',
  seen_at: '2026-11-16T10:00:00.000+05:30',
  ended_at: null,
  decided_by: null,
  price_paise: null,
  estimated: false,
  strategy: null,
  detail: 'ORBINDRA: the broker holds 15 shares, our books 10',
};

/** The console's users are on paper, where the account is Prahari's alone: a difference is made up on the way to the page. */
async function withDifference(page: Page, difference: HoldingDifference) {
  const sent: HoldingDifferenceDecision[] = [];
  let isOpen = true;
  await page.route(/\/api\/v1\/user\/differences(\?|$)/, (route) =>
    route.fulfill({ json: { items: isOpen ? [difference] : [], next: null } }),
  );
  await page.route(/\/api\/v1\/user\/differences\/\d+/, async (route) => {
    sent.push(route.request().postDataJSON());
    isOpen = false;
    await route.fulfill({ json: { ...difference, state: 'adopted' } });
  });
  return sent;
}

describe('differences with the broker', () => {
  test('are not there on paper', async ({ visit }) => {
    const page = await visit({ as: 'user2' });
    await goTo(page, POSITIONS);
    // Its table is a region of the same name, once there is one.
    await part(page, 'Closed positions').first().waitFor();
    expect(await part(page, TITLE).count()).toBe(0);
  });

  test('are taken over at a cost that is given, by one request', async ({ visit }) => {
    const page = await visit({ as: 'user2' });
    const sent = await withDifference(page, BOUGHT);
    await goTo(page, POSITIONS);
    const shown = part(page, TITLE);
    await shown.getByText('bought outside').waitFor();
    expect(await barriers(page)).toEqual([]);
    await shown.getByRole('button', { name: 'Adopt…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Take 5 shares of ORBINDRA into the books?' });
    // The broker does not say what they cost.
    const missing = dialog.getByRole('button', { name: 'The cost is missing' });
    expect(await missing.isDisabled()).toBe(true);
    await dialog.getByLabel('Cost of a share in rupees').fill('80.5');
    await dialog.getByRole('button', { name: 'Take over' }).dblclick();
    await shown.waitFor({ state: 'hidden' });
    expect(sent).toEqual([{ decision: 'adopt', cost_paise: 8_050, strategy: 'rebound' }]);
  });

  test('are left to their owner after a question', async ({ visit }) => {
    const page = await visit({ as: 'user2', ...PHONE });
    const sent = await withDifference(page, BOUGHT);
    await goTo(page, POSITIONS);
    const shown = part(page, TITLE);
    await shown.getByText('ORBINDRA').first().waitFor();
    expect(await overflow(page)).toEqual([]);
    await shown.getByRole('button', { name: 'Ignore…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave 5 shares of ORBINDRA to their owner?' });
    await dialog.getByRole('button', { name: 'Ignore', exact: true }).click();
    await shown.waitFor({ state: 'hidden' });
    expect(sent).toEqual([{ decision: 'ignore' }]);
  });
});
