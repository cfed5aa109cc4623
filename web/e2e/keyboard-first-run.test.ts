import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Daemon, startEmpty } from './support/daemon';
import { field, mistakeOf } from './support/fields';
import { focusComes, pressOn, tabTo } from './support/focus';
import { goTo } from './support/pages';
import type { Session } from './support/setup';
import { type Running, withConsole } from './support/site';
import { totp } from './support/totp';
import { test } from './support/visit';

const NAME = 'asha';
const PASSWORD = 'seven green parrots';

let daemon: Daemon;
let running: Running | undefined;

beforeAll(async () => {
  daemon = await startEmpty();
  running = await withConsole(daemon);
});

afterAll(() => running?.stop());

const at = () => ({ url: running?.url ?? daemon.url });

const isTold = (page: Page, label: string, says: string) =>
  expect.poll(() => mistakeOf(page, label).catch(String)).toContain(says);

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

/** In order: each goes on with what the one before has made. */
describe.sequential('with the keyboard alone the first admin', () => {
  let session: Session;
  let secret = '';

  test('is made by the set-up link, and chooses between empty and a demonstration', async ({
    visit,
  }) => {
    const page = await visit({ ...at(), refusals: [400, 401] });
    await page.goto(`/${daemon.setUp}`);
    const name = field(page, 'Name');
    await tabTo(page, name);
    await page.keyboard.type('Asha Rao');
    const password = field(page, 'New password');
    await tabTo(page, password);
    await page.keyboard.type('short');
    const again = field(page, 'The same again');
    await tabTo(page, again);
    await page.keyboard.type('short');
    const make = page.getByRole('button', { name: 'Make the admin and log in' });
    await pressOn(page, make);
    await isTold(page, 'New password', 'New password is a text of 12 to 256 characters');
    // The press is over, and not where one is.
    await focusComes(make);
    for (const field of [password, again]) {
      await tabTo(page, field);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(PASSWORD);
    }
    await page.keyboard.press('Enter');
    await isTold(page, 'Name', "A user's name has 1 to 64");
    // Nothing else has to be typed again.
    await tabTo(page, name);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(NAME);
    await page.keyboard.press('Enter');

    await focusComes(heading(page, 'You are the admin'));
    await page.getByText('trades on paper, and is empty').waitFor();
    await page.getByText('To see a demonstration first').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Copy the command' }));
    await tabTo(page, page.getByRole('link', { name: 'Add users' }));
    await pressOn(page, page.getByRole('link', { name: 'To Today' }));
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    session = await page.context().storageState();
  });

  test('sets up an authenticator', async ({ visit }) => {
    const page = await visit({ ...at(), session });
    await goTo(page, { path: '/settings/authenticator', heading: 'Settings' });
    await tabTo(page, page.getByLabel('Present password'));
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await focusComes(page.getByLabel('Code that it shows'));
    secret = (await page.locator('main code').textContent()) ?? '';
    await page.keyboard.type(totp(secret));
    await page.keyboard.press('Enter');
    await focusComes(heading(page, 'Recovery codes'));
    await pressOn(page, page.getByRole('button', { name: 'I have kept them' }));
    const off = page.getByRole('button', { name: 'Turn off' });
    await off.waitFor();
    // From here one comes to the field of what stands there now, and not to the top of the page.
    await page.keyboard.press('Tab');
    await focusComes(page.getByLabel('Present password'));
  });

  test('logs in with its code', async ({ visit }) => {
    const page = await visit({ ...at(), refusals: [401] });
    await page.goto('/orders');
    await focusComes(page.getByLabel('Name', { exact: true }));
    await page.keyboard.type(NAME);
    await tabTo(page, page.getByLabel('Password', { exact: true }));
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    const code = page.getByLabel('Code', { exact: true });
    await focusComes(code);
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('wrong or was used before').waitFor();
    await focusComes(code);
    expect(await code.inputValue()).toBe('000000');
    await page.keyboard.press('ControlOrMeta+a');
    // The code of now has been used to turn it on.
    await page.keyboard.type(totp(secret, 1));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  });
});
