import type { Page } from 'playwright-core';
import { SECTIONS } from '../../src/pages/settings/sections';
import { type Entry, entriesFor } from '../../src/shell/navigation';

export interface Place {
  path: string;
  /** Stands in the heading of the page. */
  heading: string;
}

const place = ({ to, word }: Entry): Place => ({ path: to, heading: word });

export const USER_PLACES: readonly Place[] = entriesFor(false).map(place);
export const ADMIN_PLACES: readonly Place[] = entriesFor(true).map(place);
export const ADMIN_ONLY = entriesFor(true)
  .filter((entry) => entry.for === 'admin')
  .map(place);

/** Pages that no entry of the navigation leads to. */
export const INNER_PLACES: readonly Place[] = [
  { path: '/runs/1?user=1', heading: 'Run 1' },
  { path: '/schedules/sell_monitor', heading: 'Sell monitor' },
  // Traded by the admin on the days before.
  { path: '/symbols/ORBINDRA?user=1', heading: 'ORBINDRA' },
  { path: '/admin/modules/sell_monitor', heading: 'Module of' },
  { path: '/admin/users/2', heading: 'user2' },
  ...SECTIONS.map(({ id }) => ({ path: `/settings/${id}`, heading: 'Settings' })),
];

/** Opens a page and waits until it has read what it shows. */
export async function goTo(page: Page, { path, heading }: Place): Promise<void> {
  await page.goto(path);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await settled(page);
}

/** Until nothing of the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}
