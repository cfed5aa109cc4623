import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { BrokerBody, SessionBody } from '../src/api/schema';
import { part } from './support/answers';
import { goTo } from './support/pages';
import { test } from './support/visit';

const BROKER = { path: '/settings/broker', heading: 'Settings' };
const USER2 = { path: '/admin/users/2', heading: 'user2' };

const SESSION: SessionBody = {
  state: 'needs_code',
  reason: 'there is no secret to make one-time codes with: the code has to be typed',
  since: null,
  day: null,
  ended_at: null,
  until: null,
  logins_today: 0,
  refusals: 0,
  last_answer: null,
};

/** The answers of a daemon that trades over a real broker, which no demonstration does; returns the codes that were sent. */
async function trade(page: Page): Promise<string[]> {
  const codes: string[] = [];
  let session = SESSION;
  const body = async (): Promise<BrokerBody> => {
    const present: BrokerBody = await (
      await page.context().request.get('/api/v1/user/broker')
    ).json();
    return {
      ...present,
      broker: 'kotak-neo',
      mode: 'live',
      simulated: false,
      session,
      way_out: null,
    };
  };
  await page.route('**/api/v1/user/broker', async (route) => route.fulfill({ json: await body() }));
  await page.route('**/api/v1/user/broker/login', async (route) => {
    codes.push(route.request().postDataJSON().code);
    session = { ...SESSION, state: 'active', reason: '', logins_today: 1 };
    await route.fulfill({ json: await body() });
  });
  await page.route('**/api/v1/user/service/status*', async (route) => {
    const status = await (await route.fetch()).json();
    await route.fulfill({ json: { ...status, mode: 'live' } });
  });
  return codes;
}

describe('the broker of a user', () => {
  test('is told to be paper, where nobody logs in', async ({ visit }) => {
    const page = await visit({ as: 'user2' });
    await goTo(page, BROKER);
    await part(page, 'Broker').getByText('made up', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Log in at the broker' }).count()).toBe(0);
    expect(await page.getByText('Real money', { exact: true }).count()).toBe(0);
  });

  test('says loudly that money is real, and takes the code of the morning', async ({ visit }) => {
    const page = await visit({ as: 'user2' });
    const codes = await trade(page);
    await goTo(page, BROKER);
    await page.getByText('Real money', { exact: true }).waitFor();
    await page.getByText('waits for your one-time code').waitFor();
    const logIn = page.getByRole('button', { name: 'Log in at the broker' });
    expect(await logIn.isDisabled()).toBe(true);
    await page.getByLabel('One-time code').fill('123 456');
    await logIn.click();
    await page.getByText('1 login today').waitFor();
    expect(codes).toEqual(['123456']);
    expect(await logIn.count()).toBe(0);
  });

  test('becomes a real one with the limits in sight and the admin’s own password', async ({
    visit,
  }) => {
    const page = await visit({ as: 'admin', refusals: [400] });
    await goTo(page, USER2);
    await page.getByRole('button', { name: 'Change broker' }).click();
    const dialog = page.getByRole('dialog', { name: 'Have user2 trade over another broker?' });
    const password = dialog.getByLabel('Your own password');
    expect(await password.count()).toBe(0);
    await dialog.getByLabel('Name of the broker, such as paper').fill('kotak-neo');
    await password.waitFor();
    await dialog.getByText('With this broker the money is real.').waitFor();
    await dialog.getByText('Most order value').waitFor();
    await password.fill('not needed, since a demonstration has no such broker');
    await dialog.getByRole('button', { name: 'Change broker' }).click();
    await dialog.getByText('there is no broker').waitFor();
  });
});
