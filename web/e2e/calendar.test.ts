import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { CalendarChanges } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { holiday, yearOf } from './support/calendar';
import { ownDaemon } from './support/own';
import { goTo } from './support/pages';
import { test } from './support/visit';

const CALENDAR = { path: '/calendar?year=2027', heading: 'Calendar' };
const PREVIEW = /calendar\/preview$/;
const IMPORT = /calendar$/;

const REPUBLIC_DAY = holiday('2027-01-26', 'Republic Day');
const GOOD = yearOf([REPUBLIC_DAY, holiday('2027-03-22', 'Holi')]);
const OTHER_YEAR = yearOf([holiday('2026-01-26', 'Republic Day')]);

const own = ownDaemon();

/** In order: each goes on with the calendar that the one before has put in force. */
describe('the calendar', () => {
  test('that cannot be read, or contradicts itself, is refused in a sentence and stays to be mended', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400] });
    await goTo(page, CALENDAR);
    const field = page.getByLabel('Calendar as JSON');
    await field.fill(GOOD.slice(0, -1));
    await page.getByRole('button', { name: 'See what changes' }).click();
    await part(page, 'Import').getByText('This is not JSON:').waitFor();
    expect(await field.inputValue()).toBe(GOOD.slice(0, -1));

    await choose(page, OTHER_YEAR);
    const sentence = await refusalOf(page, PREVIEW, () =>
      page.getByRole('button', { name: 'See what changes' }).click(),
    );
    expect(sentence).toContain('2026-01-26 is listed under 2027');
    await part(page, 'Import').getByText(sentence).waitFor();
    expect(await field.inputValue()).toBe(OTHER_YEAR);
    expect(await page.getByRole('button', { name: 'Import…' }).count()).toBe(0);
    expect(await versions(page).count()).toBe(1);
  });

  test('is imported after a look at what it changes', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, CALENDAR);
    await choose(page, GOOD);
    const changes = await look(page);
    expect(changes.differing_days).toBe(2);
    const told = part(page, 'Import').getByRole('status');
    await told.getByRole('heading', { name: '2 days would change' }).waitFor();
    await told.getByText('no session, Republic Day').waitFor();
    await told.getByText(changes.warnings[0] ?? 'nothing is odd').waitFor();
    // What was looked at is what is imported: another text wants another look.
    await page.getByLabel('Calendar as JSON').press('End');
    await page.getByLabel('Calendar as JSON').pressSequentially(' ');
    await page.getByRole('button', { name: 'Import…' }).waitFor({ state: 'hidden' });
    await look(page);
    await takeUp(page, 2);

    await part(page, 'Holidays and special sessions').getByText('Republic Day').waitFor();
    await page.getByText('Holidays are known through Fri 31 Dec 2027').waitFor();
    expect(await page.getByLabel('Calendar as JSON').inputValue()).toBe('');
    expect(await versions(page).count()).toBe(2);
    await versions(page).first().getByText('by admin').waitFor();
  });

  test('of an earlier version is brought back from the history', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, CALENDAR);
    const newest = versions(page).first();
    await newest.getByRole('button', { name: 'Difference to the one before' }).click();
    const difference = page.getByRole('dialog', { name: 'Version 2 beside the one before' });
    await difference.getByText('Republic Day').first().waitFor();
    expect(await difference.getByRole('row').filter({ hasText: 'added:' }).count()).toBeGreaterThan(
      3,
    );
    await page.keyboard.press('Escape');
    await difference.waitFor({ state: 'hidden' });

    await versions(page).last().getByRole('button', { name: 'Edit in the import' }).click();
    const whole = page.getByRole('checkbox', { name: 'It is a whole calendar' });
    expect(await whole.isChecked()).toBe(true);
    const changes = await look(page);
    expect(changes.days.map(({ before }) => before.note)).toContain('Republic Day');
    await takeUp(page, 3);
    await page.getByText('Holidays are known through Thu 31 Dec').waitFor();
    await page.getByText('No holidays are known of this year').waitFor();
  });

  test('is for admins to change, and for users to read', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, { path: '/calendar', heading: 'Calendar' });
    await part(page, 'Holidays and special sessions').getByText('Christmas').waitFor();
    expect(await page.getByLabel('Calendar as JSON').count()).toBe(0);
    expect(await page.getByRole('table', { name: 'Versions' }).count()).toBe(0);
  });
});

const versions = (page: Page) => page.getByRole('table', { name: 'Versions' }).locator('tbody tr');

async function choose(page: Page, text: string): Promise<void> {
  const file = { name: 'calendar.json', mimeType: 'application/json', buffer: Buffer.from(text) };
  await part(page, 'Import').locator('input[type=file]').setInputFiles(file);
  await part(page, 'Import').locator('textarea', { hasText: text }).waitFor();
}

const look = (page: Page) =>
  answerTo<CalendarChanges>(page, PREVIEW, () =>
    page.getByRole('button', { name: 'See what changes' }).click(),
  );

async function takeUp(page: Page, version: number): Promise<void> {
  await page.getByRole('button', { name: 'Import…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Put this calendar in force?' });
  const done = await answerTo<{ version: number }>(page, IMPORT, () =>
    dialog.getByRole('button', { name: 'Import', exact: true }).click(),
  );
  expect(done.version).toBe(version);
  await page.getByText(`Version ${version} is in force.`).waitFor();
}
