import { rm } from 'node:fs/promises';
import type { APIRequestContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { BrokerBody, PageHoldingDifference, UnknownOrders } from '../src/api/schema';
import { part } from './support/answers';
import { type Bar, writeBars } from './support/bars';
import { startForBroker } from './support/daemon';
import { field } from './support/fields';
import { type Arrival, type Books, type FakeKotak, startKotak } from './support/kotak';
import { done, read } from './support/own';
import { goTo } from './support/pages';
import { makeAdmin, type Session } from './support/setup';
import { type Running, withConsole } from './support/site';
import { totp } from './support/totp';
import { test } from './support/visit';

const NAME = 'asha';
const PASSWORD = 'seven green parrots';
const BROKER = { path: '/settings/broker', heading: 'Settings' };
const ASHA = { path: '/admin/users/1', heading: NAME };
/** An admin sees those of everybody first. */
const POSITIONS = { path: '/positions?mine=true', heading: 'Positions' };
const ORDERS = { path: '/orders?mine=true', heading: 'Orders' };

/** A share that the fake lists, at this price. */
const SHARE = 'DEMO';
const PAISE = 25_600;
/** Where the fake's time stands: its exchange is open. */
const NOW = '2026-11-17 09:15:30';
const PATIENCE = { timeout: 45_000, interval: 250 };

let folder = '';
let kotak: FakeKotak | undefined;
let running: Running | undefined;
let url = '';
let session: Session;

/** A daemon that trades with a fake of the broker, and its admin, whose tasks run. */
beforeAll(async () => {
  folder = await writeBars(new Map([[SHARE, falling()]]));
  kotak = await startKotak(NOW);
  await kotak.tell('PUT', `/prices/${SHARE}-EQ`, { paise: PAISE });
  const daemon = await startForBroker(kotak.url, `csv:${folder}`);
  running = await withConsole(daemon);
  url = running.url;
  session = await makeAdmin(url, daemon.setUp, { name: NAME, password: PASSWORD });
});

afterAll(async () => {
  await running?.stop();
  await kotak?.stop();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

/** Bars of a share that nobody sells at the market, down to its price of today. */
function falling(): Bar[] {
  const bars: Bar[] = [];
  const last = Date.parse('2026-11-17');
  for (let ago = 60; ago >= 0; ago -= 1) {
    const date = new Date(last - ago * 86_400_000);
    if (date.getUTCDay() === 0 || date.getUTCDay() === 6) continue;
    const price = PAISE + 20 * ago;
    bars.push({
      day: date.toISOString().slice(0, 10),
      open_paise: price + 10,
      high_paise: price + 10,
      low_paise: price,
      close_paise: price,
      volume: 100_000,
    });
  }
  return bars;
}

function fake(): FakeKotak {
  if (!kotak) throw new Error('The fake of the broker does not run');
  return kotak;
}

const api = (page: Page): APIRequestContext => page.context().request;

/** In order: each goes on with what the one before has done. */
describe.sequential('a user at a real broker', () => {
  test('goes live with typed credentials and a typed code, and the page says how that stands', async ({
    visit,
  }) => {
    const { account } = fake();
    const page = await visit({ url, session });
    await goTo(page, BROKER);
    await part(page, 'Broker').getByText('made up', { exact: true }).waitFor();
    for (const [label, text] of [
      ['Consumer key', account.access_token],
      ['Client code (UCC)', account.ucc],
      ['Mobile number', account.mobile],
      ['MPIN', account.mpin],
    ] as const) {
      await field(page, label).fill(text);
    }
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const saving = page.getByRole('dialog', { name: 'Replace the credentials?' });
    await saving.getByRole('button', { name: 'Save', exact: true }).click();
    await saving.waitFor({ state: 'hidden' });
    expect(await page.getByText(account.access_token).count()).toBe(0);

    await goTo(page, ASHA);
    await page.getByRole('button', { name: 'Change broker' }).click();
    const dialog = page.getByRole('dialog', { name: `Have ${NAME} trade over another broker?` });
    await dialog.getByLabel('Name of the broker, such as paper').fill('kotak-neo');
    await dialog.getByLabel('Your own password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Change broker' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Kotak Neo, real money').waitFor();

    // Nothing is asked of the broker before the first minute that takes orders.
    await expect.poll(() => stateOf(page), PATIENCE).toBe('needs_code');
    await goTo(page, BROKER);
    await page.getByText('Real money', { exact: true }).waitFor();
    await page.getByText('waits for your one-time code').waitFor();
    const at = Date.parse(`${NOW.replace(' ', 'T')}+05:30`);
    await page.getByLabel('One-time code').fill(totp(account.totp_secret, 0, at));
    await page.getByRole('button', { name: 'Log in at the broker' }).click();
    await page.getByText('1 login today').waitFor();
    await part(page, 'Broker').getByText('logged in', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Log in at the broker' }).count()).toBe(0);
  });

  test('sees what they bought in the broker’s app as a difference, and adopts it by a click', async ({
    visit,
  }) => {
    const { account, tell } = fake();
    // What is adopted is offered as soon as the market is open, and of that nobody hears anything.
    await tell('POST', '/faults', {
      calls: { one: 'place' },
      account: account.ucc,
      when: 'always',
      fault: { no_answer: { after_effect: false } },
    });
    const order = {
      symbol: `${SHARE}-EQ`,
      side: 'Buy',
      quantity: 10,
      price: PAISE,
      product: 'CNC',
    };
    await tell('POST', `/accounts/${account.ucc}/orders`, order);
    const page = await visit({ url, session });
    const open = () =>
      read<PageHoldingDifference>(api(page).get('/api/v1/user/differences?open=true'));
    await expect.poll(async () => (await open()).items.length, PATIENCE).toBe(1);
    expect((await open()).items).toMatchObject([{ cause: 'external_purchase', quantity: 10 }]);
    await goTo(page, POSITIONS);
    const differences = part(page, 'Differences with the broker');
    await differences.getByText('bought outside').waitFor();
    await differences.getByText('+10', { exact: true }).waitFor();
    await differences.getByRole('button', { name: 'Adopt…' }).click();
    const dialog = page.getByRole('dialog', {
      name: `Take 10 shares of ${SHARE} into the books?`,
    });
    await dialog.getByText('Left empty, what the broker says: ₹256.00.').waitFor();
    await dialog.getByRole('button', { name: 'Take over' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await differences.getByText('The broker holds what the books say.').waitFor();
  });

  test('sees an order without an answer as unknown with its evidence, and it is sent once', async ({
    visit,
  }) => {
    const { account, ask } = fake();
    const page = await visit({ url, session });
    const start = api(page).post('/api/v1/user/service/start', { headers: { origin: url } });
    await done(start);
    const unknown = () => read<UnknownOrders>(api(page).get('/api/v1/user/orders/unknown'));
    const isLookedFor = async () => {
      const [order] = (await unknown()).orders;
      return order !== undefined && order.looks > 0 && order.holdings !== null;
    };
    await expect.poll(isLookedFor, PATIENCE).toBe(true);
    await goTo(page, ORDERS);
    const shown = part(page, 'Orders of unknown outcome').getByRole('article');
    await shown.getByText(`Sell 10 ${SHARE}`).waitFor();
    await shown.getByText(/no answer within 9 s/).waitFor();
    await shown.getByText(/^\d+ times?, last Tue 17 Nov \d/).waitFor();
    await shown.getByText(`the broker holds 10 shares of ${SHARE} and our books 10`).waitFor();
    await shown.getByRole('button', { name: 'Decide' }).waitFor();

    const { arrivals } = await ask<{ arrivals: Arrival[] }>('/arrivals');
    const places = arrivals.filter(({ call }) => call === 'place');
    expect(places).toMatchObject([{ effect: 'not_reached', answer: 'nothing' }]);
    const { orders } = await ask<Books>(`/accounts/${account.ucc}`);
    expect(orders).toMatchObject([{ symbol: `${SHARE}-EQ`, from_app: true }]);
  });
});

async function stateOf(page: Page): Promise<string | undefined> {
  const broker = await read<BrokerBody>(api(page).get('/api/v1/user/broker'));
  return broker.session?.state;
}
