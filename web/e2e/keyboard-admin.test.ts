import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { part } from './support/answers';
import { holiday, yearOf } from './support/calendar';
import { componentOf } from './support/component';
import { chooseFile, focusComes, pressOn, tabTo } from './support/focus';
import { ownDaemon } from './support/own';
import { goTo } from './support/pages';
import { test } from './support/visit';

const MODULE = { path: '/admin/modules/buy_orders', heading: 'Module of Buy orders' };
/** A version that was never tried has no trial to be read. */
const UNTRIED = 404;

/** With two trading days behind it, so that there are runs on which a version can be tried. */
const own = ownDaemon({ history: 4 });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const stateOf = (page: Page, version: number) =>
  page
    .getByRole('table', { name: 'Versions' })
    .locator('tbody tr')
    .filter({ hasText: new RegExp(`^version ${version}\\b`) });

const isActive = (page: Page, version: number) =>
  stateOf(page, version).getByText('active', { exact: true }).waitFor();

/** In order: each goes on with the version that the first has uploaded. */
describe('with the keyboard alone an admin', () => {
  test('uploads a component, tries it, activates it and rolls it back', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: [UNTRIED] });
    await goTo(page, MODULE);
    const choose = part(page, 'Upload a version').getByRole('button');
    await chooseFile(page, choose, await componentOf('buy_orders', 'by the keyboard'));
    await page.getByText('It is version 2. It does not run before it is activated.').waitFor();
    await focusComes(choose);

    const trial = part(page, 'Trial on recorded runs');
    await trial.getByText('It was never tried.').waitFor();
    await tabTo(page, trial.getByLabel('Last trading days'));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('4');
    const tryIt = trial.getByRole('button', { name: 'Try it' });
    await pressOn(page, tryIt);
    await trial.getByText('Accepted at once: nothing differs').waitFor();
    await focusComes(tryIt);

    const actions = button(page, 'Actions for version 2');
    await pressOn(page, actions);
    await focusComes(page.getByRole('menuitem', { name: 'Activate…' }));
    await page.keyboard.press('Enter');
    const activate = page.getByRole('dialog', { name: 'Activate version 2 of Buy orders?' });
    await tabTo(page, activate.getByLabel('Reason'));
    await page.keyboard.type('from the keyboard');
    await page.keyboard.press('Enter');
    await page.getByText('Version 2 is active.').waitFor();
    await isActive(page, 2);
    await part(page, 'History').getByText('from the keyboard').waitFor();
    await focusComes(actions);

    const rollBack = button(page, 'Roll back…');
    await pressOn(page, rollBack);
    const question = page.getByRole('dialog', { name: 'Roll Buy orders back' });
    await question.getByText('version 1 becomes active again').waitFor();
    await focusComes(question.getByRole('button', { name: 'Roll back', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Version 1 is active.').waitFor();
    await isActive(page, 1);
    await focusComes(rollBack);
  });

  test('looks at what a calendar changes, and imports it', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, { path: '/calendar?year=2027', heading: 'Calendar' });
    const text = yearOf([holiday('2027-03-22', 'Holi')]);
    const choose = button(page, 'Choose a file');
    const file = { name: 'c.json', mimeType: 'application/json', buffer: Buffer.from(text) };
    await chooseFile(page, choose, file);
    const field = page.getByLabel('Calendar as JSON');
    await expect.poll(() => field.inputValue()).toBe(text);
    await focusComes(choose);

    const look = button(page, 'See what changes');
    await pressOn(page, look);
    await page.getByRole('heading', { name: '1 day would change' }).waitFor();
    await focusComes(look);
    await pressOn(page, button(page, 'Import…'));
    const dialog = page.getByRole('dialog', { name: 'Put this calendar in force?' });
    await focusComes(dialog.getByRole('button', { name: 'Import', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Version 2 is in force.').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    expect(await field.inputValue()).toBe('');
    // The button is gone with what it imported: the next one can be given.
    await focusComes(field);
  });
});
