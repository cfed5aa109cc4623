import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import type { Halt, PagePositionDetail, PagePriceJump, PriceJump } from '../src/api/schema';
import { rupees, rupeesPlain } from '../src/format/money';
import { dayAndTime } from '../src/format/time';
import { part } from './support/answers';
import { type Bar, barsBefore, halved, writeBars } from './support/bars';
import { barriers, overflow } from './support/checks';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { PHONE, test } from './support/visit';

const TODAY = '2026-11-17';
const YESTERDAY = '2026-11-16';
/** From here on prices are those of half a share. The days before it are enough to have bought something. */
const JUMP = '2026-11-12';
const HISTORY = 9;
/** Is listed on a later day. */
const NEWCOMER = 'NEWCOMER';

let bars: ReadonlyMap<string, Bar[]> = new Map();
let folder = '';

/** Before the open, on a folder of bars in which every price jumps and one share has none yet. */
const own = ownDaemon({
  history: HISTORY,
  market: async () => {
    const jumping = [...(await barsBefore(TODAY))].map(([symbol, rows]): [string, Bar[]] => [
      symbol,
      rows.map((bar) => (bar.day < JUMP ? bar : halved(bar))),
    ]);
    const later = jumping[0]?.[1].slice(-1).map((bar) => ({ ...bar, day: '2026-11-20' })) ?? [];
    bars = new Map([...jumping, [NEWCOMER, later]]);
    folder = await writeBars(bars);
    return `csv:${folder}`;
  },
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the list of shares', () => {
  const SHARES = { path: '/symbols', heading: 'Shares' };

  test('has the last price of each, of when it is, and asks once for fifty', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    const asked: string[][] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/quotes')) asked.push(searchParams.get('symbols')?.split(',') ?? []);
    });
    await goTo(page, SHARES);
    for (const [symbol, rows] of bars) {
      if (symbol === NEWCOMER) continue;
      await shareRow(page, symbol)
        .getByText(rupeesPlain(lastClose(rows)), { exact: true })
        .waitFor();
    }
    const [symbol = ''] = bars.keys();
    const row = shareRow(page, symbol);
    await row.getByText('₹0.00', { exact: true }).waitFor();
    await row.getByText(dayAndTime(`${YESTERDAY}T15:30:00+05:30`)).waitFor();
    await shareRow(page, NEWCOMER).getByText('no price', { exact: true }).waitFor();
    expect(await shareRow(page, NEWCOMER).getByText(/\d/).count()).toBe(0);
    expect(asked.flat().toSorted()).toEqual([...bars.keys()].toSorted());
    expect(asked.length).toBe(Math.ceil(bars.size / 50));
  });

  test('is put into the order of the prices of all shares, by a heading or by name', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, SHARES);
    const closes = [...bars].filter(([symbol]) => symbol !== NEWCOMER);
    const prices = closes.map(([, rows]) => lastClose(rows)).toSorted((one, other) => one - other);
    const first = page.getByRole('table', { name: 'Shares' }).getByRole('row').nth(1);
    const heading = page.getByRole('columnheader', { name: 'Last ₹' }).getByRole('button');
    await heading.click();
    await first.getByText(rupeesPlain(prices[0] ?? 0), { exact: true }).waitFor();
    await heading.click();
    await first.getByText(rupeesPlain(prices.at(-1) ?? 0), { exact: true }).waitFor();
    await page.waitForURL(/sort=-last/);
    // A share without a price comes last either way.
    await page.getByRole('row').last().getByText('no price', { exact: true }).waitFor();
    await page.setViewportSize(PHONE);
    await page.getByLabel('Order', { exact: true }).selectOption('gainers first');
    await page.waitForURL(/sort=-change/);
    expect([...(await overflow(page)), ...(await barriers(page))]).toEqual([]);
  });

  test('follows the prices that the stream tells of the rows that are shown', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    let told: string[] = [];
    let tell = (_: object) => {};
    await page.routeWebSocket(/\/api\/v1\/live\?types=quote/, (socket) => {
      told = new URL(socket.url()).searchParams.get('symbols')?.split(',') ?? [];
      tell = (price) => socket.send(JSON.stringify(price));
      tell({ type: 'hello', epoch: 'e', sequence: 0, start: 'new' });
    });
    const [symbol = '', other = ''] = bars.keys();
    await goTo(page, { ...SHARES, path: `/symbols?q=${symbol}` });
    const close = lastClose(bars.get(symbol));
    await shareRow(page, symbol).getByText(rupeesPlain(close), { exact: true }).waitFor();
    await expect.poll(() => told).toEqual([symbol]);
    const at = `${TODAY}T09:16:00.000+05:30`;
    const last_paise = Math.round(close * 1.0125);
    const price = {
      type: 'quote',
      at,
      priced_at: at,
      source: 'synthetic',
      last_paise,
      previous_close_paise: close,
    };
    tell({ ...price, symbol });
    const row = shareRow(page, symbol);
    await row.getByText(rupeesPlain(last_paise), { exact: true }).waitFor();
    await row.getByText('(+1.25 %)').waitFor();
    await row.getByText(dayAndTime(at)).waitFor();

    // Another part of the list: the stream names what is shown now.
    await page.getByLabel('Part of the symbol').fill(other);
    await expect.poll(() => told).toEqual([other]);
  });
});

describe('a share whose price jumped while it was held', () => {
  test('is halted, is valued at the price before, and its jump is explained', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    const [held] = await heldShares();
    // Without one that is held there is nothing to look at: the days before are too few then.
    if (!held) throw new Error(`nobody held a share on ${JUMP}`);
    const before = bars.get(held)?.findLast(({ day }) => day < JUMP);
    await goTo(page, { path: '/positions', heading: 'Positions' });
    const position = page
      .getByRole('table', { name: 'Open positions' })
      .getByRole('row', { name: held });
    await position.first().getByRole('img', { name: 'The market tells no price' }).waitFor();
    await position
      .first()
      .getByText(rupeesPlain(before?.close_paise ?? 0), { exact: true })
      .waitFor();

    await goTo(page, { path: '/admin/halts', heading: 'Halts' });
    const halts = (await haltsInForce()).filter(({ symbol }) => symbol === held);
    expect(halts.map(({ user_name }) => user_name)).toContain('admin');
    for (const { reason } of halts) await haltTable(page).getByText(reason).first().waitFor();

    const jump = (await jumps()).find(({ symbol }) => symbol === held);
    const row = jumpRow(page, held);
    await row.getByText(rupees(jump?.open_paise ?? 0)).waitFor();
    await row.getByText(/^−(49|50)\.\d %$/).waitFor();
    await row.getByRole('button', { name: 'Explain' }).click();
    const dialog = page.getByRole('dialog', { name: `Explain the jump of ${held}?` });
    await dialog.getByLabel('What happened').fill('a bonus of 1:1');
    await dialog.getByRole('button', { name: 'Explain' }).click();
    await row.getByText('a bonus of 1:1').waitFor();
    expect(await row.getByRole('button').count()).toBe(0);
    // What waits for a word stands before what has one.
    const last = page
      .getByRole('table', { name: 'Price jumps to explain' })
      .getByRole('row')
      .last();
    await last.getByText(held, { exact: true }).waitFor();
    // A halt is another's to lift: whoever holds the share may have to put it right first.
    const after = (await haltsInForce()).filter(({ symbol }) => symbol === held);
    expect(after.length).toBe(halts.length);
    expect(await overflow(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    expect([...(await overflow(page)), ...(await barriers(page))]).toEqual([]);
  });
});

describe('why a share was not traded', () => {
  const NEW_SHARE = { path: `/symbols/${NEWCOMER}`, heading: NEWCOMER };

  test('says where the chain from bar to order ended, of the day that is chosen', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, NEW_SHARE);
    const why = part(page, 'Why no trade?');
    const missing = `the source of market data has no bar of ${NEWCOMER} of ${YESTERDAY}.`;
    await why.getByText(`Nothing was ordered: ${missing}`, { exact: true }).waitFor();
    const steps = why.getByRole('list', { name: 'Steps from bar to order' }).getByRole('listitem');
    await steps.first().getByText('bar, ended here', { exact: true }).waitFor();
    expect(await why.getByText('ended here').count()).toBe(1);
    expect(await why.getByLabel('Trading day').inputValue()).toBe(YESTERDAY);
    // The Saturday before.
    await why.getByLabel('Trading day').fill('2026-11-14');
    await why.getByText('The exchange was closed on 2026-11-14', { exact: false }).waitFor();
    await page.waitForURL(/day=2026-11-14/);
    await page.setViewportSize(PHONE);
    expect([...(await overflow(page)), ...(await barriers(page))]).toEqual([]);
  });
});

const lastClose = (rows: readonly Bar[] | undefined): number => rows?.at(-1)?.close_paise ?? 0;

const shareRow = (page: Page, symbol: string) =>
  page
    .getByRole('table', { name: 'Shares' })
    .getByRole('row')
    .filter({
      has: page.getByRole('link', { name: symbol, exact: true }),
    });

const haltTable = (page: Page) => part(page, 'Halted users and symbols');

const jumpRow = (page: Page, symbol: string) =>
  page.getByRole('table', { name: 'Price jumps to explain' }).getByRole('row', { name: symbol });

const ask = <T>(path: string) => own.ask('admin', (client) => read<T>(client.get(path)));

const heldShares = async () =>
  (await ask<PagePositionDetail>('/api/v1/positions')).items.map(({ symbol }) => symbol);

const jumps = async (): Promise<PriceJump[]> =>
  (await ask<PagePriceJump>('/api/v1/market/price-jumps')).items;

const haltsInForce = async () =>
  (await ask<{ items: Halt[] }>('/api/v1/system/halts?open=true')).items;
