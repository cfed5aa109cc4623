import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { DEMO_PASSWORD } from './support/daemon';
import { mistakeOf } from './support/fields';
import { ownDaemon } from './support/own';
import { goTo } from './support/pages';
import { totp } from './support/totp';
import { test } from './support/visit';

const NAME = 'user2';
const AUTHENTICATOR = { path: '/settings/authenticator', heading: 'Settings' };
const ACCOUNT = { path: '/settings/account', heading: 'Settings' };

const own = ownDaemon();

/** In order: each goes on with the authenticator that the first has set up. */
describe('an authenticator', () => {
  let secret = '';
  let recovery: string[] = [];

  test('is set up on the page: a wrong code is told, the right one turns it on', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as(NAME), refusals: [400, 401, 403] });
    await goTo(page, AUTHENTICATOR);
    await page.getByLabel('Present password').fill('not the password');
    await page.getByRole('button', { name: 'Set up an authenticator' }).click();
    await page.getByText('This is not your present password').waitFor();
    await page.getByLabel('Present password').fill(DEMO_PASSWORD);
    await page.getByRole('button', { name: 'Set up an authenticator' }).click();

    await page.getByRole('img', { name: 'QR code for the authenticator' }).waitFor();
    secret = (await page.locator('main code').textContent()) ?? '';
    expect(secret).toMatch(/^[A-Z2-7]{16,}$/);
    const link = await page
      .getByRole('link', { name: 'Open in an authenticator' })
      .getAttribute('href');
    expect(new URL(link ?? '').searchParams.get('secret')).toBe(secret);
    const code = page.getByLabel('Code that it shows');
    const wrong = otherThan(totp(secret));
    await code.fill(wrong);
    await page.getByRole('button', { name: 'Turn on' }).click();
    await expect
      .poll(() => mistakeOf(page, 'Code that it shows').catch(String))
      .toContain('This code is wrong or was used before');
    expect(await code.inputValue()).toBe(wrong);
    await code.fill(totp(secret));
    await page.getByRole('button', { name: 'Turn on' }).click();

    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    recovery = await page.getByRole('main').getByRole('listitem').allTextContents();
    expect(new Set(recovery).size).toBeGreaterThanOrEqual(8);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText(`${recovery.length} recovery codes left.`).waitFor();
    await goTo(page, ACCOUNT);
    await page.getByText('asked for at each log-in').waitFor();
  });

  test('lets nobody in without its code, and with it to the page that was asked for', async ({
    visit,
  }) => {
    const page = await visit({ url: own.as(NAME).url, refusals: [401] });
    await page.goto('/orders');
    await giveName(page);
    const code = page.getByLabel('Code', { exact: true });
    await code.fill(otherThan(totp(secret, 1)));
    await logIn(page);
    await page.getByRole('alert').getByText('This code is wrong or was used before').waitFor();
    // Name and password are not asked for again.
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(NAME);
    await code.fill(totp(secret, 1));
    await logIn(page);
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
    const me = await page.context().request.get('/api/v1/auth/me');
    expect(await me.json()).toMatchObject({ name: NAME, totp_enabled: true });
  });

  test('that is lost is stood in for by a recovery code, once, and turned off', async ({
    visit,
  }) => {
    const [first = ''] = recovery;
    const page = await visit({ url: own.as(NAME).url, refusals: [401] });
    await page.goto('/settings/authenticator');
    await giveName(page);
    await page.getByLabel('Code', { exact: true }).fill(first);
    await logIn(page);
    await page.getByText(`${recovery.length - 1} recovery codes left.`).waitFor();

    const again = await visit({ url: own.as(NAME).url, refusals: [401] });
    await again.goto('/');
    await giveName(again);
    await again.getByLabel('Code', { exact: true }).fill(first);
    await logIn(again);
    await again.getByRole('alert').getByText('wrong or was used before').waitFor();

    await page.getByLabel('Present password').fill(DEMO_PASSWORD);
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('button', { name: 'Set up an authenticator' }).waitFor();
    const free = await visit({ url: own.as(NAME).url, refusals: [401] });
    await free.goto('/');
    await fillIn(free);
    await logIn(free);
    await free.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  });
});

async function fillIn(page: Page): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(NAME);
  await page.getByLabel('Password', { exact: true }).fill(DEMO_PASSWORD);
}

/** Name and password, after which a code is asked for. */
async function giveName(page: Page): Promise<void> {
  await fillIn(page);
  await logIn(page);
  await page.getByLabel('Code', { exact: true }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
}

const logIn = (page: Page) => page.getByRole('button', { name: 'Log in', exact: true }).click();

/** Six digits that are none of the codes of about now, all but surely. */
function otherThan(code: string): string {
  return String((Number(code) + 500_000) % 1_000_000).padStart(6, '0');
}
