import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Upload } from './component';

/** So many stops of Tab are on a page at most; one that is not reached by then is reached by nobody. */
const MOST_STOPS = 150;
const PATIENCE_MS = 45_000;

export const hasFocus = (wanted: Locator): Promise<boolean> =>
  wanted.evaluate((element) => element === document.activeElement);

/** Until the page itself has put the focus there: a dialog on its answer, or back to where one was. */
export async function focusComes(wanted: Locator): Promise<void> {
  await expect.poll(() => focusInstead(wanted), { timeout: PATIENCE_MS }).toBeNull();
}

/** What else has the focus, as a failure shows it; null when it is where it is wanted. */
const focusInstead = (wanted: Locator): Promise<string | null> =>
  wanted.evaluate((element) => {
    const { activeElement } = document;
    return activeElement === element ? null : (activeElement?.outerHTML.slice(0, 160) ?? 'nothing');
  });

/** Goes on with Tab, as somebody without a mouse does, until something has the focus. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await hasFocus(wanted)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${wanted}`);
}

/** Until something has the focus, and not the page as a whole, from which Tab leads to its top. */
export async function focusIsKept(page: Page): Promise<void> {
  const isKept = () => page.evaluate(() => document.activeElement !== document.body);
  await expect.poll(isKept, { timeout: PATIENCE_MS }).toBe(true);
}

/** Presses what has the focus when Tab has come to it. */
export async function pressOn(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
}

/** Has a file chosen: the window of the system, which no page sees, comes from the keyboard, and is answered. */
export async function chooseFile(page: Page, button: Locator, file: Upload): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), pressOn(page, button)]);
  await chooser.setFiles(file);
}
