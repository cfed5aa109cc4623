import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Preview } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { test } from './support/visit';

const PREVIEW = /schedules\/\w+\/preview$/;
const SCHEDULES = '/api/v1/service/schedules';
const OLD_TIMES = 'This service follows the old ones until it is restarted.';
const SERVICES = { path: '/services?mine=true', heading: 'Services' };

const BAD = 'fn slots(day) {\nlet x = ;\n}';
/** Otherwise than the saved one, at 16:05 each day, on Fridays. */
const FRIDAYS = 'fn slots(day) {\nif day.weekday == 5 { "16:30" } else { "16:05" }\n}';
const NOTE = 'later on Fridays';

const own = ownDaemon();

const scheduleOf = (task: string) => ({ path: `/schedules/${task}`, heading: 'Schedule of' });

/** In order: each goes on with what the one before has saved. */
describe('an admin changes a schedule', () => {
  test('by a script: what is wrong is said beside it, what it would do is shown, and it is saved', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400] });
    await goTo(page, scheduleOf('buy_orders'));
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
    await goTo(page, scheduleOf('eod_cleanup'));
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
    expect((await saved('eod_cleanup')).rules).toEqual([{ kind: 'at', time: '09:30' }]);
    await goTo(page, SERVICES);
    await page.getByText('Changed: EOD cleanup.').waitFor();
  });
});

describe('a schedule that another session saves meanwhile', () => {
  test.for([
    { keeps: 'Keep mine', time: '08:20' },
    { keeps: 'Take theirs', time: '08:40' },
  ])('is told beside what was typed, which stays: $keeps', async ({ keeps, time }, { visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, scheduleOf('premarket_retry'));
    const field = page.getByLabel('Description');
    await field.fill(`typed before: ${keeps}`);
    await saveElsewhere(`by the other: ${time}`);
    const told = page.getByRole('alert').filter({ hasText: 'admin changed this schedule' });
    await told.getByText(`description: by the other: ${time}`).waitFor();
    await told.getByText(`description: typed before: ${keeps}`).waitFor();
    expect(await field.inputValue()).toBe(`typed before: ${keeps}`);
    // Until one is chosen there is nothing that could be saved over the other.
    expect(await page.getByRole('button', { name: 'Save…' }).count()).toBe(0);
    await told.getByRole('button', { name: keeps }).click();
    await told.waitFor({ state: 'hidden' });
    const mine = keeps === 'Keep mine';
    expect(await field.inputValue()).toBe(
      mine ? `typed before: ${keeps}` : `by the other: ${time}`,
    );
    if (!mine) return;
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect((await saved('premarket_retry')).description).toBe(`typed before: ${keeps}`);
  });
});

/** The old text is deleted first: Chromium itself styles what replaces several lines, which the policy refuses. */
async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Script', exact: true }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
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

interface Saved {
  task: string;
  rules: unknown[];
  enabled: boolean;
  description: string;
}

const set = () =>
  own.ask('admin', (client) => read<{ version: number; items: Saved[] }>(client.get(SCHEDULES)));

async function saved(task: string): Promise<Saved> {
  const found = (await set()).items.find((one) => one.task === task);
  if (!found) throw new Error(`${task} has no schedule`);
  return found;
}

/** Saves another description, as somebody at another desk would. */
async function saveElsewhere(description: string): Promise<void> {
  const { version } = await set();
  const { rules, enabled } = await saved('premarket_retry');
  const data = { expected_version: version, rules, enabled, description };
  await own.ask('admin', (client) => read(client.put(`${SCHEDULES}/premarket_retry`, { data })));
}
