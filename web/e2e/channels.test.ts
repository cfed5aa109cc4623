import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { ChannelList, PreferencesBody } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { overflow } from './support/checks';
import { field, mistakeOf } from './support/fields';
import { focusComes, pressOn, tabTo } from './support/focus';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { type Receiver, startReceiver } from './support/receiver';
import { PHONE, test } from './support/visit';

const CHANNELS = { path: '/settings/channels', heading: 'Settings' };
const MESSAGES = { path: '/settings/messages', heading: 'Settings' };
const WEBHOOKS = /user\/channels\/webhooks$/;
const PATIENCE = { timeout: 45_000 };

const own = ownDaemon({ localWebhooks: true });

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver?.stop());

const channelsOf = (page: Page) =>
  read<ChannelList>(page.context().request.get('/api/v1/user/channels'));

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'New webhook' });

/** Adds a webhook through the page, and leaves the dialog in which its key is shown. */
async function add(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const dialog = dialogOf(page);
  await field(page, 'Name').fill(name);
  await field(page, 'Address').fill(receiver.url);
  await dialog.getByRole('button', { name: 'Add the webhook' }).click();
  await dialog.getByText(/^whsec_/).waitFor();
  await dialog.getByRole('button', { name: 'I have it' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await part(page, 'Channels').getByText(name, { exact: true }).waitFor();
}

/** Takes a channel away again, so that the next test begins without one. */
async function remove(page: Page, name: string): Promise<void> {
  await part(page, 'Channels').getByRole('button', { name: 'Remove' }).first().click();
  const dialog = page.getByRole('dialog', { name: `Remove the channel ${name}?` });
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('Messages stay in the console until you add a channel.').waitFor();
}

describe('a webhook', () => {
  test('whose address or name is no good is refused, and nothing is added', async ({ visit }) => {
    const page = await visit({ ...own.as('user2'), refusals: [400] });
    await goTo(page, CHANNELS);
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    const create = dialogOf(page).getByRole('button', { name: 'Add the webhook' });
    expect(await create.isDisabled()).toBe(true);
    await field(page, 'Name').fill('my \u202e phone');
    await field(page, 'Address').fill(receiver.url);
    await refusalOf(page, WEBHOOKS, () => create.click());
    expect(await mistakeOf(page, 'Name')).toContain('a character that cannot be seen');
    await field(page, 'Name').fill('my phone');
    await field(page, 'Address').fill('ftp://example.org/hook');
    const sentence = await refusalOf(page, WEBHOOKS, () => create.click());
    expect(sentence).toContain('must begin with https://');
    const told = dialogOf(page).getByRole('alert');
    await told.filter({ hasText: 'must begin with https://' }).waitFor();
    expect(await field(page, 'Address').inputValue()).toBe('ftp://example.org/hook');
    await page.keyboard.press('Escape');
    await dialogOf(page).waitFor({ state: 'hidden' });
    expect((await channelsOf(page)).items).toEqual([]);
  });

  test('is added, tried and removed, and the log says what became of each message', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, CHANNELS);
    await add(page, 'my phone');
    // Nothing of the address but where it is.
    const shown = new URL(receiver.url).origin;
    await part(page, 'Channels').getByText(shown, { exact: true }).waitFor();
    expect(await page.getByText('/hook').count()).toBe(0);

    const log = part(page, 'Delivery log');
    const tryIt = part(page, 'Channels').getByRole('button', { name: 'Test', exact: true });
    await tryIt.click();
    await log.getByText('delivered', { exact: true }).waitFor();
    await log.getByText('A test from Prahari').waitFor();
    const first = receiver.received.at(-1);
    expect(first?.type).toBe('test');
    expect(first?.data.repeated).toBe(false);

    receiver.answer(500);
    await tryIt.click();
    // The stream tells of it: the page is not loaded anew.
    await log.getByText('The receiver answered 500.').waitFor();
    await log.getByText('waiting', { exact: true }).waitFor();
    await log.getByText('Next attempt').waitFor();
    receiver.answer(204);
    await remove(page, 'my phone');
    await log.getByText('given up', { exact: true }).waitFor();
    await log.getByText('The channel was removed.').waitFor();
    expect((await channelsOf(page)).items).toEqual([]);
  });
});

describe('with the keyboard alone', () => {
  test('a user adds a webhook, tries it and removes it', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, CHANNELS);
    const ask = page.getByRole('button', { name: 'Add a webhook' });
    await pressOn(page, ask);
    await focusComes(field(page, 'Name'));
    await page.keyboard.press('Escape');
    await dialogOf(page).waitFor({ state: 'hidden' });
    await focusComes(ask);
    await page.keyboard.press('Enter');
    await focusComes(field(page, 'Name'));
    await page.keyboard.type('keys');
    await tabTo(page, field(page, 'Address'));
    await page.keyboard.type(receiver.url);
    await page.keyboard.press('Enter');
    await dialogOf(page)
      .getByText(/^whsec_/)
      .waitFor();
    await pressOn(page, dialogOf(page).getByRole('button', { name: 'I have it' }));
    await dialogOf(page).waitFor({ state: 'hidden' });

    const channels = part(page, 'Channels');
    const before = receiver.received.length;
    await pressOn(page, channels.getByRole('button', { name: 'Test', exact: true }));
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(before + 1);
    const removing = channels.getByRole('button', { name: 'Remove' });
    await pressOn(page, removing);
    const dialog = page.getByRole('dialog', { name: 'Remove the channel keys?' });
    await pressOn(page, dialog.getByRole('button', { name: 'Remove', exact: true }));
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Messages stay in the console until you add a channel.').waitFor();
  });
});

describe('on a phone', () => {
  const LONG = 'a name that is as long as people give to what they want to find';

  test('channels and what became of messages are cards that fit', async ({ visit }) => {
    const page = await visit({ ...own.as('user2'), ...PHONE });
    await goTo(page, CHANNELS);
    await add(page, LONG);
    await part(page, 'Channels').getByRole('button', { name: 'Test', exact: true }).click();
    const log = page.getByRole('list', { name: 'Delivery log' });
    await log.getByText('A test from Prahari').first().waitFor();
    expect(await overflow(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    await dialogOf(page).waitFor();
    expect(await overflow(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialogOf(page).waitFor({ state: 'hidden' });
    await remove(page, LONG);
  });
});

describe('quiet hours', () => {
  const PREFERENCES = '/api/v1/user/notifications/preferences';

  test('are saved, and a test comes in them all the same', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, MESSAGES);
    // The clock of this daemon stands at five to nine.
    await field(page, 'Quiet from').fill('08:00');
    await field(page, 'Quiet until').fill('12:00');
    await answerTo(page, /notifications\/preferences$/, () =>
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    );
    await page.getByRole('button', { name: 'Discard' }).waitFor({ state: 'hidden' });
    const saved = await read<PreferencesBody>(page.context().request.get(PREFERENCES));
    expect(saved.values).toMatchObject({ quiet_from: '08:00', quiet_until: '12:00' });
    // Kinds that an earlier version did not have are on.
    expect(saved.values).toMatchObject({ position_closed: true, daily_summary: true });

    await goTo(page, CHANNELS);
    await add(page, 'at night');
    const before = receiver.received.length;
    await part(page, 'Channels').getByRole('button', { name: 'Test', exact: true }).click();
    await expect.poll(() => receiver.received.length, PATIENCE).toBe(before + 1);
    await remove(page, 'at night');
  });
});
