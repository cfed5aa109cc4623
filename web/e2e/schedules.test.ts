import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Preview } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { ownDaemon } from './support/own';
import { goTo } from './support/pages';
import { editorOf, scheduleOf } from './support/schedules';
import { test } from './support/visit';

const PREVIEW = /schedules\/\w+\/preview$/;
const OLD_TIMES = 'This service follows the old ones until it is restarted.';
const SERVICES = { path: '/services?mine=true', heading: 'Services' };

const BAD = 'fn slots(day) {\nlet x = ;\n}';
/** Otherwise than the saved one, at 16:05 each day, on Fridays. */
const FRIDAYS = 'fn slots(day) {\nif day.weekday == 5 { "16:30" } else { "16:05" }\n}';
const NOTE = 'later on Fridays';

const own = ownDaemon();

/** In order: each goes on with what the one before has saved. */
describe('an admin changes a schedule', () => {
  test('by a script: what is wrong is said beside it, what it would do is shown, and it is saved', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400] });
    await goTo(page, editorOf('buy_orders'));
    await page.getByLabel('Description').fill(NOTE);
    await page.getByLabel('Kind').selectOption({ label: 'Script' });

    const sentence = await refusalOf(page, PREVIEW, () => write(page, BAD));
    expect(sentence).toContain('line 2');
    await part(page, 'When it is due').getByRole('alert').getByText(sentence).waitFor();
    await page.locator('.cm-lintRange-error').first().waitFor();
    await page.getByText('This cannot be saved yet', { exact: true }).waitFor();
    expect(await script(page)).toBe(BAD);
    expect(await page.getByLabel('Description').inputValue()).toBe(NOTE);

    const preview = await answerTo<Preview>(page, PREVIEW, () => write(page, FRIDAYS));
    await part(page, 'When it is due').getByRole('alert').waitFor({ state: 'hidden' });
    expect(preview.differing_days).toBeGreaterThan(30);
    await seesEffect(page, preview);

    await page.getByRole('button', { name: 'Save…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save the schedule of Buy orders?' });
    await dialog.getByText('due: at 16:05').waitFor();
    await dialog.getByText('if day.weekday == 5').waitFor();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('2 changes not saved').waitFor({ state: 'hidden' });
    const history = part(page, 'History').getByRole('listitem');
    expect(await history.count()).toBe(2);
    await history.first().getByText('by admin').waitFor();
  });

  test('and restarts the service that follows the old one, from its banner', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, { path: '/schedules', heading: 'Schedules' });
    await page.getByText('A service of yours runs by older times.').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'To Services' }).click();
    await page.getByText('Changed: buy orders.').waitFor();
    const banner = page.getByRole('status').filter({ hasText: OLD_TIMES });
    await banner.getByRole('button', { name: 'Restart' }).click();
    const dialog = page.getByRole('dialog', { name: 'Restart your unified service?' });
    await dialog.getByText('Changed: buy orders.').waitFor();
    await dialog.getByRole('button', { name: 'Restart the service' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await banner.waitFor({ state: 'hidden' });
    await page.getByText('version 2', { exact: true }).waitFor();
    await goTo(page, { path: '/schedules', heading: 'Schedules' });
    expect(await page.getByText('A service of yours runs by older times.').count()).toBe(0);
  });

  test('that is odd, and types its name before it is saved', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, editorOf('eod_cleanup'));
    const preview = await answerTo<Preview>(page, PREVIEW, () =>
      page.getByLabel('Time (IST)').fill('0930'),
    );
    expect(await page.getByLabel('Time (IST)').inputValue()).toBe('09:30');
    const odd = preview.flags[0]?.detail ?? 'not flagged';
    await part(page, 'What it would do').getByText(odd).waitFor();
    await page.getByRole('button', { name: 'Save…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(odd).waitFor();
    const save = dialog.getByRole('button', { name: 'Save', exact: true });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel('Type eod_cleanup to go on').fill('eod_cleanup');
    await save.click();
    await dialog.waitFor({ state: 'hidden' });
    expect((await scheduleOf(own, 'eod_cleanup')).rules).toEqual([{ kind: 'at', time: '09:30' }]);
    await goTo(page, SERVICES);
    await page.getByText('Changed: EOD cleanup.').waitFor();
  });
});

/** Over what stands there. */
async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Script', exact: true }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

/** What stands in the editor, line by line, whatever the editor has indented. */
async function script(page: Page): Promise<string> {
  const lines = await page.locator('.cm-line').allTextContents();
  return lines.map((line) => line.trim()).join('\n');
}

/** The next times, a mark for each day of the year, and the days that differ: all that the daemon has answered. */
async function seesEffect(page: Page, preview: Preview): Promise<void> {
  const effect = part(page, 'What it would do');
  const days = `Within a year it fires otherwise on ${preview.differing_days} days.`;
  await effect.getByText(days).waitFor();
  await effect.getByText(`Due on ${preview.year.days_with_slots} of`).waitFor();
  const marks = effect.getByRole('img', { name: 'Days on which it is due' }).locator('rect');
  expect(await marks.count()).toBe(preview.year.days_with_slots);
  const friday = effect.getByRole('listitem').filter({ hasText: 'removed' }).first();
  expect(await friday.textContent()).toMatch(/^Fri .*removed 16:05.*added 16:30$/);
  expect(await effect.getByRole('listitem').filter({ hasText: 'more days' }).count()).toBe(1);
}
