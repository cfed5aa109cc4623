import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Restatement } from '../src/api/schema';
import { part } from './support/answers';
import { type Charts, startCharts } from './support/charts';
import { barriers, overflow } from './support/checks';
import { startOnNet } from './support/daemon';
import { pressOn } from './support/focus';
import { shows } from './support/forms/form';
import { goTo } from './support/pages';
import { makeAdmin, type Session } from './support/setup';
import { type Running, withConsole } from './support/site';
import { PHONE, test } from './support/visit';

const PLACE = { path: '/admin/market', heading: 'Market data' };
const NAME = 'asha';
const PASSWORD = 'seven green parrots';

let charts: Charts;
let folder = '';
let running: Running | undefined;
let session: Session;
let url = '';

/** A daemon on the real clock, whose prices come over the net, and its admin. */
beforeAll(async () => {
  charts = await startCharts(['ABC', 'TCS']);
  folder = await mkdtemp(join(tmpdir(), 'prahari-shares-'));
  const list = join(folder, 'shares.txt');
  await writeFile(list, 'ABC\nNONE\nTCS\n');
  const daemon = await startOnNet(charts.url, list);
  running = await withConsole(daemon);
  url = running.url;
  session = await makeAdmin(url, daemon.setUp, { name: NAME, password: PASSWORD });
});

afterAll(async () => {
  await running?.stop();
  await charts?.stop();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

const warming = (page: Page) => part(page, 'Fetched ahead');
const universe = (page: Page) => page.getByRole('region', { name: 'All shares, for the scan' });
const button = (page: Page) => warming(page).getByRole('button', { name: 'Fetch all shares now' });

/** In order: each goes on with what the one before has fetched. */
describe.sequential('prices over the net', () => {
  test('the source says what it is asked for and how it stands', async ({ visit }) => {
    const page = await visit({ url, session });
    await goTo(page, PLACE);
    const sources = part(page, 'Sources');
    await sources.getByRole('heading', { name: '1. yahoo' }).waitFor();
    await sources.getByText('bars, prices of the day, instruments, corporate actions').waitFor();
    await sources.getByRole('meter', { name: 'Requests in the last minute' }).waitFor();
    await part(page, 'Restated bars').getByText('Nothing was restated').waitFor();
    expect(await barriers(page)).toEqual([]);
    // The same in a word beside the daemon's health.
    await goTo(page, { path: '/admin/system', heading: 'System' });
    await part(page, 'Sources of prices').getByText('1. yahoo').waitFor();
    await page.getByRole('link', { name: 'To the market data' }).click();
    await page.getByRole('heading', { level: 1, name: 'Market data' }).waitFor();
  });

  test('an admin fetches ahead, sees how far it is, and what failed and why', async ({ visit }) => {
    charts.fail('TCS', 503);
    const page = await visit({ url, session });
    await goTo(page, PLACE);
    await button(page).click();
    // Three tries of the share that fails take a while.
    await universe(page).getByText('being fetched').waitFor();
    expect(await button(page).isDisabled()).toBe(true);
    await universe(page).getByText('some failed').waitFor();
    await universe(page).getByText(`asked for by ${NAME}`).waitFor();
    await universe(page).getByText('1 fetched, 0 there already').waitFor();
    await universe(page).getByText('NONE', { exact: true }).waitFor();
    const failed = universe(page).getByRole('group').filter({ hasText: 'TCS' });
    await universe(page).locator('summary').click();
    await failed.getByText('it answers with status 503').waitFor();
    expect(await overflow(page)).toEqual([]);
  });

  test('with the keyboard it is fetched again, and only what was missing', async ({ visit }) => {
    charts.fail('TCS');
    const before = charts.asked.length;
    const page = await visit({ url, session });
    await goTo(page, PLACE);
    await pressOn(page, button(page));
    await universe(page).getByText('1 fetched, 1 there already').waitFor();
    await universe(page).getByText('done', { exact: true }).waitFor();
    expect([...new Set(charts.asked.slice(before))]).toEqual(['TCS']);
  });
});

const SPLIT: Restatement = {
  restated_at: '2026-11-17T16:05:00.000+05:30',
  source: 'yahoo',
  symbol: 'ABC',
  day: '2026-11-16',
  changed: ['open', 'high', 'low', 'close'],
  before: {
    open_paise: 10_000,
    high_paise: 10_000,
    low_paise: 10_000,
    close_paise: 10_000,
    volume: 1_000,
  },
  after: {
    open_paise: 5_000,
    high_paise: 5_000,
    low_paise: 5_000,
    close_paise: 5_000,
    volume: 1_000,
  },
};

describe('bars that came otherwise', () => {
  test('are told with what each was and is, and those of a share are found', async ({ visit }) => {
    const page = await visit({ url, session });
    await shows('system/market/restatements', SPLIT)(page);
    await goTo(page, PLACE);
    const list = part(page, 'Restated bars');
    await list.getByText('close ₹100.00 → ₹50.00').waitFor();
    await list.getByRole('link', { name: 'ABC' }).waitFor();
    await list.getByLabel('Share').fill('ABC');
    await page.waitForURL(/symbol=ABC/);
  });

  test('are cards on a phone, and nothing is wider than it', async ({ visit }) => {
    const page = await visit({ url, session, ...PHONE });
    await shows('system/market/restatements', SPLIT)(page);
    await goTo(page, PLACE);
    await page
      .getByRole('list', { name: 'Restated bars' })
      .getByText('close ₹100.00 → ₹50.00')
      .waitFor();
    expect(await overflow(page)).toEqual([]);
  });
});
