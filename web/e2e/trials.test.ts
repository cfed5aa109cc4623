import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Job } from '../src/api/schema';
import { part } from './support/answers';
import { guest } from './support/component';
import { grantOf, setGrant } from './support/grants';
import { ownDaemon, read } from './support/own';
import { goTo, settled } from './support/pages';
import { test } from './support/visit';

/** With two trading days behind it, so that there are runs to be compared. */
const own = ownDaemon({ history: 4 });

/** Each run of the guest is stopped when its processor time is used up, so that a trial takes seconds on every machine. */
const FEW_RUNS = 'buy_orders';
/** Runs each minute of a session: a trial of it is not over before somebody stops it. */
const MANY_RUNS = 'sell_monitor';

describe('a trial that takes long', () => {
  test('says how far it is, goes on while the page is away, and is stopped', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await addGuest(page, MANY_RUNS);
    // So that the first run is over soon.
    await setGrant(own, MANY_RUNS, { ...(await grantOf(own, MANY_RUNS)), cpu_ms: 200 });
    await trial(page).getByText('It was never tried.').waitFor();
    await trial(page).getByRole('button', { name: 'Try it' }).click();
    await goesOn(page).waitFor();
    expect(await trial(page).getByRole('button', { name: 'Try it' }).count()).toBe(0);
    await expect.poll(() => done(page), { timeout: 30_000 }).toBeGreaterThan(0);
    const before = await done(page);

    await page.reload();
    await goesOn(page).waitFor();
    await settled(page);
    expect(await done(page)).toBeGreaterThanOrEqual(before);
    await trial(page).getByRole('button', { name: 'Stop' }).click();
    await trial(page).getByRole('status').getByText('The last trial was stopped at').waitFor();
    await trial(page).getByText('It was never tried.').waitFor();
    await trial(page).getByRole('button', { name: 'Try it' }).waitFor();
    expect(await jobs()).toEqual([`${MANY_RUNS} cancelled`]);
    // It stays said when one comes back.
    await page.reload();
    await trial(page).getByText('The last trial was stopped at').waitFor();
  });

  test('is watched to its end', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await addGuest(page, FEW_RUNS);
    await trial(page).getByRole('button', { name: 'Try it' }).click();
    const seen = new Set<number>();
    const isOver = async () => {
      if ((await goesOn(page).count()) > 0) seen.add(await done(page));
      return trial(page).getByText('Trapped', { exact: true }).isVisible();
    };
    await expect.poll(isOver, { timeout: 60_000 }).toBe(true);
    const runs = await counted(page, 'Runs compared');
    expect(await counted(page, 'Trapped')).toBe(runs);
    expect(runs).toBeGreaterThan(0);
    await goesOn(page).waitFor({ state: 'hidden' });
    expect([...seen].filter((count) => count > 0 && count < runs)).not.toEqual([]);
    expect(await jobs()).toEqual([`${FEW_RUNS} succeeded`, `${MANY_RUNS} cancelled`]);
  });
});

const trial = (page: Page) => part(page, 'Trial on recorded runs');

const goesOn = (page: Page) => trial(page).getByRole('status').getByText('Trying…');

/** Makes the guest another version of a task, which does not run before it is activated. */
async function addGuest(page: Page, task: string): Promise<void> {
  await goTo(page, { path: `/admin/modules/${task}`, heading: 'Module of' });
  const file = part(page, 'Upload a version').locator('input[type=file]');
  await file.setInputFiles(await guest());
  await part(page, 'Version 2').waitFor();
}

async function counted(page: Page, term: string): Promise<number> {
  const line = trial(page).locator('dl > div').filter({ hasText: term });
  return Number(await line.locator('dd').textContent());
}

/** How much of a trial is done, as the page says. */
async function done(page: Page): Promise<number> {
  const text = await trial(page).getByText('done so far').textContent();
  return Number(/: ([\d,]+) done so far/.exec(text ?? '')?.[1]?.replaceAll(',', ''));
}

/** The admin's long work, newest first: of which task, and how it stands. */
async function jobs(): Promise<string[]> {
  const { items } = await own.ask('admin', (client) =>
    read<{ items: Job[] }>(client.get('/api/v1/jobs')),
  );
  return items.map(({ path, state }) => `${path.split('/')[4]} ${state}`);
}
