import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** So many stops of Tab are on a page at most; one that is not reached by then is reached by nobody. */
const MOST_STOPS = 150;
const PATIENCE_MS = 45_000;

export const hasFocus = (wanted: Locator): Promise<boolean> =>
  wanted.evaluate((element) => element === document.activeElement);

/** Until the page itself has put the focus there: a dialog on its answer, or back to where one was. */
export async function focusComes(wanted: Locator): Promise<void> {
  await expect.poll(() => hasFocus(wanted), { timeout: PATIENCE_MS }).toBe(true);
}

/** Goes on with Tab, as somebody without a mouse does, until something has the focus. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await hasFocus(wanted)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${wanted}`);
}
