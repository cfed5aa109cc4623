import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TaskSettingsBody } from '../src/api/schema';
import { refusalOf } from './support/answers';
import { barriers, overflow } from './support/checks';
import { type Own, ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { addVersion } from './support/versions';
import { PHONE, test } from './support/visit';

const TASK = 'position_monitor';
const SETTINGS = `/api/v1/user/tasks/${TASK}/settings`;
const PLACE = { path: `/settings/tasks?task=${TASK}`, heading: 'Settings' };

const own = ownDaemon();

/** In order: each goes on with what the one before has set. */
describe('the settings that a task describes', () => {
  test('have a field of their kind each, which stands at its default', async ({ visit }) => {
    await runGuest(own);
    const page = await visit(own.as('user2'));
    await goTo(page, PLACE);
    expect(await field(page, 'Lookback').getAttribute('placeholder')).toBe('20');
    expect(await field(page, 'Money').getAttribute('placeholder')).toBe('25,000');
    await page.getByText('₹1,000 to ₹10,00,000; by default ₹25,000').waitFor();
    expect(await careful(page).isChecked()).toBe(true);
    expect(await field(page, 'First').locator('option').allTextContents()).toEqual([
      'by default strongest',
      'strongest',
      'weakest',
    ]);
    await page.getByText('Nobody has set anything').waitFor();
    expect(await overflow(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    expect([...(await overflow(page)), ...(await barriers(page))]).toEqual([]);
  });

  test('are set as what they are, and back at their defaults they are not set', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, PLACE);
    await field(page, 'Lookback').fill('30');
    await field(page, 'Money').fill('40,000.50');
    await field(page, 'First').selectOption('weakest');
    await field(page, 'Weights').fill('[1, 0.5]');
    await careful(page).click();
    await save(page);
    const set = {
      lookback: 30,
      money_paise: 4_000_050,
      first: 'weakest',
      weights: [1, 0.5],
      careful: false,
    };
    expect((await settings(page)).values).toEqual(set);
    await page.getByText('Money: ₹40,000.50').waitFor();
    await page.reload();
    expect(await field(page, 'First').inputValue()).toBe('weakest');
    expect(await careful(page).isChecked()).toBe(false);

    await careful(page).click();
    await field(page, 'First').selectOption('');
    await field(page, 'Money').fill('');
    await save(page);
    expect((await settings(page)).values).toEqual({ lookback: 30, weights: [1, 0.5] });
    expect((await settings(page)).in_force).toMatchObject({ careful: true, first: 'strongest' });
  });

  test('that the schema does not allow are told beside their field, and stay typed', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('user2'), refusals: [400] });
    await goTo(page, PLACE);
    const before = await settings(page);
    await field(page, 'Lookback').fill('251');
    await page.getByText('The most is 250.').waitFor();
    await field(page, 'Lookback').fill('31');
    // The form knows nothing of the length; the daemon does.
    const long = 'x'.repeat(41);
    await field(page, 'Note').fill(long);
    const sentence = await refusalOf(page, /settings$/, () =>
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    );
    expect(sentence).toContain('longer than 40 characters');
    await page.getByText('Correct the fields in red first.').waitFor();
    expect(await field(page, 'Note').getAttribute('aria-invalid')).toBe('true');
    expect(await field(page, 'Note').inputValue()).toBe(long);
    expect(await field(page, 'Lookback').inputValue()).toBe('31');
    expect(await settings(page)).toEqual(before);
  });
});

/** Has the task run by a module that describes settings. */
async function runGuest(daemon: Own): Promise<void> {
  const { version } = await addVersion(daemon, TASK);
  const data = { reason: 'it describes settings', force: false };
  await daemon.ask('admin', (client) =>
    read(client.post(`/api/v1/modules/${TASK}/${version}/activate`, { data })),
  );
}

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

/** Its name has what it is about as well. */
const careful = (page: Page) => page.getByRole('switch', { name: /^Careful/ });

const settings = (page: Page) => read<TaskSettingsBody>(page.context().request.get(SETTINGS));

async function save(page: Page): Promise<void> {
  const saved = page.waitForResponse((one) => one.request().method() === 'PUT' && one.ok());
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await saved;
  await page.getByText('not saved').waitFor({ state: 'hidden' });
}
