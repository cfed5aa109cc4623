import type { Locator, Page } from 'playwright-core';

/** Not the list of choices, which has the label of its field. */
export const field = (page: Page, label: string): Locator =>
  page.getByLabel(label, { exact: true }).and(page.locator(':not([role="listbox"])'));

/** What stands below a field as its mistake: read to whoever is in it. */
export async function mistakeOf(page: Page, label: string): Promise<string> {
  const described = (await field(page, label).getAttribute('aria-describedby')) ?? '';
  const ids = described.split(' ').filter((id) => id.endsWith('-error'));
  if (ids.length !== 1) throw new Error(`${label} is described by ${described}`);
  return (await page.locator(`[id="${ids[0]}"]`).textContent()) ?? '';
}
