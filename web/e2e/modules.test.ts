import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Job, ModuleVersion } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { componentOf, type Upload, wasm } from './support/component';
import { mistakeOf } from './support/fields';
import { grantOf, setGrant } from './support/grants';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { test } from './support/visit';

const TASK = 'buy_orders';
const MODULE = { path: `/admin/modules/${TASK}`, heading: 'Module of Buy orders' };
const UPLOAD = /\/api\/v1\/modules\/\w+$/;
/** Which signals there are: without that nothing is bought. */
const LACKS = 'signals-read';
/** A version that was never tried has no trial to be read. */
const UNTRIED = 404;
/** With a sign that turns the direction of what follows, which no page shows. */
const UNSEEN = 'as \u202e before';

/** With two trading days behind it, so that there are runs to be compared. */
const own = ownDaemon({ history: 4 });

/** In order: each goes on with what the one before has brought. */
describe('a module', () => {
  test('that is no component, or that of another task, is refused in a sentence', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400, UNTRIED] });
    await goTo(page, MODULE);
    const told = part(page, 'Upload a version').getByRole('alert');
    for (const file of [wasm(Buffer.from('a letter')), await componentOf('eod_cleanup', 'other')]) {
      const sentence = await refusalOf(page, UPLOAD, () => upload(page, file));
      expect(sentence.length).toBeGreaterThan(20);
      await told.getByText(sentence).waitFor();
    }
    await told.getByText('the manifest is that of eod_cleanup', { exact: false }).waitFor();
    expect(await versions(page).count()).toBe(1);
  });

  test('is uploaded, and wants what it is not granted', async ({ visit }) => {
    const granted = await grantOf(own, TASK);
    const capabilities = granted.capabilities.filter((one) => one !== LACKS);
    await setGrant(own, TASK, { ...granted, capabilities });
    const page = await visit({ ...own.as('admin'), refusals: [409, UNTRIED] });
    await goTo(page, MODULE);
    await upload(page, await componentOf(TASK, 'second'));
    await page.getByText('It is version 2. It does not run before it is activated.').waitFor();
    await row(page, 2).getByText('not active', { exact: true }).waitFor();
    await row(page, 1).getByText('active', { exact: true }).waitFor();

    await part(page, 'Version 2').waitFor();
    const lack = part(page, 'What it wants').getByText('not granted', { exact: true });
    await lack.waitFor();
    expect(await wanted(page, 'not granted')).toEqual([LACKS]);
    expect(await wanted(page, 'granted')).toContain('broker-trade');
    expect(await wanted(page, 'granted')).not.toContain(LACKS);
    const dialog = await askToActivate(page, 2);
    await dialog.getByLabel(`Type ${TASK} to go on`).fill(TASK);
    const sentence = await refusalOf(page, /activate$/, () =>
      dialog.getByRole('button', { name: 'Activate' }).click(),
    );
    expect(sentence).toContain(LACKS);
    await dialog.getByRole('alert').getByText(sentence).waitFor();
    await page.keyboard.press('Escape');
    await setGrant(own, TASK, granted);
    await lack.waitFor({ state: 'hidden' });
  });

  test('is tried on recorded runs as a job, and accepted as nothing differs', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: [UNTRIED] });
    await goTo(page, { ...MODULE, path: `${MODULE.path}?version=2` });
    const trial = part(page, 'Trial on recorded runs');
    await trial.getByText('It was never tried.').waitFor();
    await trial.getByRole('button', { name: 'Try it' }).click();
    await trial.getByText('Accepted at once: nothing differs').waitFor();
    const runs = await counted(page, 'Runs compared');
    expect(runs).toBeGreaterThan(0);
    expect(await counted(page, 'Identical')).toBe(runs);
    expect(await counted(page, 'Changed')).toBe(0);
    const { items } = await own.ask('admin', (client) =>
      read<{ items: Job[] }>(client.get('/api/v1/jobs')),
    );
    const states = items.map(({ path, state }) => `${path} ${state}`);
    expect(states).toEqual([`/api/v1/modules/${TASK}/2/shadow succeeded`]);
  });

  test('is activated without force once its trial is accepted, and rolled back', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400, UNTRIED] });
    await goTo(page, { ...MODULE, path: `${MODULE.path}?version=2` });
    const dialog = await askToActivate(page, 2);
    await dialog.getByText('by force').waitFor({ state: 'hidden' });
    expect(await dialog.getByLabel(`Type ${TASK} to go on`).count()).toBe(0);
    const reason = dialog.getByLabel('Reason');
    await reason.fill(UNSEEN);
    const sentence = await refusalOf(page, /activate$/, () =>
      dialog.getByRole('button', { name: 'Activate' }).click(),
    );
    await expect
      .poll(() => mistakeOf(page, 'Reason, for the history (optional)').catch(String))
      .toBe(sentence);
    expect(await reason.inputValue()).toBe(UNSEEN);
    await reason.fill('it does the same');
    const active = await answerTo<ModuleVersion>(page, /activate$/, () =>
      dialog.getByRole('button', { name: 'Activate' }).click(),
    );
    expect(active.version).toBe(2);
    await page.getByText('Version 2 is active.').waitFor();
    await row(page, 2).getByText('active', { exact: true }).waitFor();
    await row(page, 1).getByText('not active', { exact: true }).waitFor();
    const newest = part(page, 'History').getByRole('row').nth(1);
    await newest.getByText('it does the same').waitFor();

    await page.getByRole('button', { name: 'Roll back…' }).click();
    const question = page.getByRole('dialog', { name: 'Roll Buy orders back' });
    await question.getByText('version 1 becomes active again').waitFor();
    await question.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page.getByText('Version 1 is active.').waitFor();
    await row(page, 1).getByText('active', { exact: true }).waitFor();
    await row(page, 2).getByText('not active', { exact: true }).waitFor();
  });
});

const upload = (page: Page, file: Upload) =>
  part(page, 'Upload a version').locator('input[type=file]').setInputFiles(file);

const versions = (page: Page) => page.getByRole('table', { name: 'Versions' }).locator('tbody tr');

const row = (page: Page, version: number) =>
  versions(page).filter({ hasText: new RegExp(`^version ${version}\\b`) });

async function askToActivate(page: Page, version: number) {
  await page.getByRole('button', { name: `Actions for version ${version}` }).click();
  await page.getByRole('menuitem', { name: 'Activate…' }).click();
  return page.getByRole('dialog', { name: `Activate version ${version} of Buy orders?` });
}

/** The capabilities that are marked like this, in the order of the alphabet. */
async function wanted(page: Page, mark: string): Promise<string[]> {
  const has = page.getByText(mark, { exact: true });
  const lines = part(page, 'What it wants').locator('dl > div').filter({ has });
  return (await lines.locator('dt').allTextContents()).toSorted();
}

async function counted(page: Page, term: string): Promise<number> {
  const line = part(page, 'Trial on recorded runs').locator('dl > div').filter({ hasText: term });
  return Number(await line.locator('dd').textContent());
}
