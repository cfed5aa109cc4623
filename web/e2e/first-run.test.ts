import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { refusalOf } from './support/answers';
import { type Daemon, startEmpty } from './support/daemon';
import { field, mistakeOf } from './support/fields';
import { goTo } from './support/pages';
import { logIn, type Session } from './support/setup';
import { type Running, withConsole } from './support/site';
import { totp } from './support/totp';
import { test } from './support/visit';

const NAME = 'asha';
const PASSWORD = 'seven green parrots';

let daemon: Daemon;
let running: Running | undefined;
let url: string;

beforeAll(async () => {
  daemon = await startEmpty();
  running = await withConsole(daemon);
  url = running.url;
});

afterAll(async () => {
  await running?.stop();
});

/** In order: each goes on with what the one before has made. */
describe.sequential('a new installation', () => {
  let session: Session;

  test('the log-in says that there is no admin yet', async ({ visit }) => {
    const page = await visit({ url, refusals: [401] });
    await page.goto('/');
    await page.getByText('this daemon has no admin').waitFor();
  });

  test('a name or a password that cannot be is refused beside its field, and stays typed', async ({
    visit,
  }) => {
    const page = await visit({ url, refusals: [400, 401] });
    await page.goto(`/${daemon.setUp}`);
    const fields = ['Name', 'New password', 'The same again'] as const;
    for (const [name, password, wrong, says] of [
      ['Asha Rao', PASSWORD, 'Name', "user's name has 1 to 64"],
      [NAME, 'ashaashaasha', 'New password', "little more than the user's name"],
    ] as const) {
      const typed = [name, password, password] as const;
      for (const [at, label] of fields.entries()) await field(page, label).fill(typed[at] ?? '');
      const sentence = await refusalOf(page, /auth\/setup$/, () =>
        page.getByRole('button', { name: 'Make the admin and log in' }).click(),
      );
      expect(sentence).toContain(says);
      await expect.poll(() => mistakeOf(page, wrong).catch(String)).toContain(sentence);
      for (const [at, label] of fields.entries()) {
        expect(await field(page, label).inputValue()).toBe(typed[at]);
      }
    }
  });

  test('the set-up link makes the first admin and leads to an empty console', async ({ visit }) => {
    const page = await visit({ url, refusals: [401] });
    await page.goto(`/${daemon.setUp}`);
    await page.getByLabel('Name').fill(NAME);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('The same again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Make the admin and log in' }).click();
    await page.getByRole('heading', { name: 'You are the admin' }).waitFor();
    await page.getByRole('link', { name: 'To Today' }).click();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    expect(page.url()).not.toContain('setup=');
    session = await page.context().storageState();
  });

  test('a task that runs once is refused when it is asked for again too soon', async ({
    visit,
  }) => {
    const page = await visit({ url, session });
    await goTo(page, { path: '/services?mine=true', heading: 'Services' });
    const dialog = await askForOne(page);
    await dialog.getByRole('button', { name: 'Run once' }).click();
    await dialog.waitFor({ state: 'hidden' });
    // The buttons count down to when it may be tried, in the row and in the dialog, which does not send until then.
    const countdown = { hasText: /\d:\d\d/ };
    await runButtons(page).filter(countdown).first().waitFor();
    const again = await askForOne(page);
    const send = again.getByRole('button').filter(countdown);
    await send.waitFor();
    expect(await send.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
  });

  test('with an authenticator the log-in asks for its code, in place', async ({ visit }) => {
    const secret = await addAuthenticator(await visit({ url, session }));
    const page = await visit({ url, refusals: [401, 403] });
    await page.goto('/orders');
    await page.getByLabel('Name').fill(NAME);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    // The code of now has been used to turn it on.
    await page.getByLabel('Code').fill(totp(secret, 1));
    await page.getByRole('button', { name: 'Log in' }).click();
    // To the page that was asked for before the log-in.
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  });
});

const runButtons = (page: Page) => page.getByRole('button', { name: /^Run once/ });

async function askForOne(page: Page) {
  await runButtons(page).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  return dialog;
}

async function addAuthenticator(page: Page): Promise<string> {
  const headers = { origin: url };
  const client = page.context().request;
  const begun = await client.post('/api/v1/auth/totp/begin', {
    headers,
    data: { password: PASSWORD },
  });
  const { secret }: { secret: string } = await begun.json();
  const enabled = await client.post('/api/v1/auth/totp/enable', {
    headers,
    data: { code: totp(secret) },
  });
  expect(enabled.status()).toBe(200);
  return secret;
}

describe('a log-in that fails', () => {
  test('says so, and keeps the name', async ({ visit }) => {
    const page = await visit({ refusals: [401] });
    await page.goto('/');
    await page.getByLabel('Name').fill('user2');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('user2');
    await expect(logIn(page.url().replace(/\/login.*/, ''), 'user2', 'wrong')).rejects.toThrow(
      '401',
    );
  });
});
