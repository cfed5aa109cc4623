import type { Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import type { ChannelList } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { overflow } from './support/checks';
import { field } from './support/fields';
import { done, ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { type FakeSmtp, PASSWORD, startSmtp, USER } from './support/smtp';
import { BOT, type FakeTelegram, startTelegram, TOKEN } from './support/telegram';
import { PHONE, test } from './support/visit';

const SYSTEM = { path: '/admin/system', heading: 'System' };
const CHANNELS = { path: '/settings/channels', heading: 'Settings' };
const MESSAGES = { path: '/settings/messages', heading: 'Settings' };
const PREFERENCES = /notifications\/preferences$/;
const PATIENCE = { timeout: 45_000 };
const CHAT = 7;
const MAILBOX = 'asha@example.org';

let telegram: FakeTelegram;
let smtp: FakeSmtp;

const own = ownDaemon({
  outside: async () => {
    telegram = await startTelegram();
    smtp = await startSmtp();
    return ['--telegram-server', telegram.url, '--local-mail'];
  },
});
afterAll(() => Promise.all([telegram?.stop(), smtp?.stop()]));

const channels = (page: Page) => part(page, 'Channels');
const log = (page: Page) => part(page, 'Delivery log');

const channelsOf = (page: Page) =>
  read<ChannelList>(page.context().request.get('/api/v1/user/channels'));

/** What was sent last, once there is one more than before. */
async function nextOf<T>(all: readonly T[], before: number): Promise<T> {
  await expect.poll(() => all.length, PATIENCE).toBeGreaterThan(before);
  const last = all.at(-1);
  if (last === undefined) throw new Error('nothing was sent');
  return last;
}

const testIt = (page: Page) =>
  channels(page).getByRole('button', { name: 'Test', exact: true }).click();

/** Disconnects the only channel. */
async function disconnect(page: Page, name: string): Promise<void> {
  await channels(page).getByRole('button', { name: 'Remove' }).click();
  const dialog = page.getByRole('dialog', { name: `Remove the channel ${name}?` });
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('Messages stay in the console until you add a channel.').waitFor();
  expect((await channelsOf(page)).items).toEqual([]);
}

/** Connects a chat by the line that the dialog shows, and leaves the dialog. */
async function connectChat(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Connect Telegram' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect Telegram' });
  await field(page, 'Name').fill(name);
  await dialog.getByRole('button', { name: 'Make a code' }).click();
  const line = await dialog.getByText(/^\/start \S+$/).textContent();
  const before = telegram.sent.length;
  telegram.write(CHAT, line ?? '');
  const answer = await nextOf(telegram.sent, before);
  expect(answer).toEqual({ chat: CHAT, text: expect.stringMatching(/^Connected\. /) });
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await channels(page).getByText(name, { exact: true }).waitFor();
}

/** Adds a mailbox by the code that was sent there. */
async function addMailbox(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a mailbox' }).click();
  const dialog = page.getByRole('dialog', { name: 'New mailbox' });
  await field(page, 'Name').fill(name);
  await field(page, 'Address').fill(MAILBOX);
  const before = smtp.taken.length;
  await dialog.getByRole('button', { name: 'Send the code' }).click();
  const mail = await nextOf(smtp.taken, before);
  expect(mail.to).toBe(MAILBOX);
  const code = /^The code is (\S+)$/m.exec(mail.text)?.[1] ?? '';
  await dialog.getByText('A code was sent. It helps for ten minutes.').waitFor();
  await field(page, 'Code').fill(code);
  await dialog.getByRole('button', { name: 'Add the mailbox' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await channels(page).getByText(name, { exact: true }).waitFor();
}

describe('what messages leave by', () => {
  test('is tried before an admin sets it, and users have its dialogs from then on', async ({
    visit,
  }) => {
    const user = await visit(own.as('user2'));
    await goTo(user, CHANNELS);
    await user.getByRole('button', { name: 'Add a webhook' }).waitFor();
    expect(await user.getByRole('button', { name: 'Connect Telegram' }).count()).toBe(0);
    expect(await user.getByRole('button', { name: 'Add a mailbox' }).count()).toBe(0);

    const page = await visit({ ...own.as('admin'), refusals: [409] });
    await goTo(page, SYSTEM);
    const bot = part(page, 'Telegram');
    await bot.getByLabel('Token', { exact: true }).fill('1:of-no-bot-at-all');
    const setBot = () => bot.getByRole('button', { name: 'Set the bot' }).click();
    expect(await refusalOf(page, /carriers\/telegram$/, setBot)).toContain('401');
    await bot.getByLabel('Token', { exact: true }).fill(TOKEN);
    await setBot();
    await bot.getByText(`@${BOT}`).waitFor();
    // The token went in and is nowhere.
    expect(await page.getByText(TOKEN).count()).toBe(0);

    const server = part(page, 'E-mail');
    const type = (label: string, text: string) =>
      server.getByLabel(label, { exact: true }).fill(text);
    await type('Host', '127.0.0.1');
    await type('Port', String(smtp.port));
    await server.getByLabel('Security', { exact: true }).selectOption('none');
    await type('User', USER);
    await type('Password', 'not the password');
    await type('Messages are from', 'prahari@mail.test');
    const setServer = () => server.getByRole('button', { name: 'Try and set the server' }).click();
    expect(await refusalOf(page, /carriers\/email$/, setServer)).toContain('535');
    await type('Password', PASSWORD);
    await answerTo(page, /carriers\/email$/, setServer);
    await server.getByRole('button', { name: 'Remove' }).waitFor();

    await goTo(user, CHANNELS);
    await user.getByRole('button', { name: 'Connect Telegram' }).waitFor();
    await user.getByRole('button', { name: 'Add a mailbox' }).waitFor();
  });
});

describe('a chat', () => {
  test('is connected by its code, tried and disconnected', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, CHANNELS);
    await connectChat(page, 'my phone');
    const before = telegram.sent.length;
    await testIt(page);
    const test = await nextOf(telegram.sent, before);
    expect(test.text).toBe('A test from Prahari\nMessages to you arrive here.');
    await log(page).getByText('delivered', { exact: true }).first().waitFor();
    await disconnect(page, 'my phone');
    // The chat is a stranger's again.
    const asked = telegram.sent.length;
    telegram.write(CHAT, '/status');
    const told = await nextOf(telegram.sent, asked);
    expect(told.text).toContain('This bot belongs to an installation of Prahari.');
  });

  test('that blocks the bot says so in the list and in the log, and a test begins it again', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, CHANNELS);
    await connectChat(page, 'blocked');
    telegram.block(CHAT, true);
    await testIt(page);
    await log(page).getByText('given up', { exact: true }).first().waitFor();
    await log(page).getByText('bot was blocked by the user').first().waitFor();
    await channels(page).getByText('Nothing is sent there:').waitFor();
    telegram.block(CHAT, false);
    const before = telegram.sent.length;
    await testIt(page);
    await nextOf(telegram.sent, before);
    await channels(page).getByText('Nothing is sent there:').waitFor({ state: 'hidden' });
    await disconnect(page, 'blocked');
  });
});

describe('a mailbox', () => {
  test('is added by the code that came there, tried and disconnected', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, CHANNELS);
    await addMailbox(page, 'my mail');
    // Nothing of the address but what tells it from others.
    await channels(page).getByText('a…@example.org', { exact: true }).waitFor();
    expect(await page.getByText(MAILBOX).count()).toBe(0);
    const before = smtp.taken.length;
    await testIt(page);
    const mail = await nextOf(smtp.taken, before);
    expect(mail.text).toContain('Subject: A test from Prahari');
    await log(page).getByText('delivered', { exact: true }).first().waitFor();

    smtp.refuse('550 5.1.1 no such mailbox');
    await testIt(page);
    await log(page).getByText('given up', { exact: true }).first().waitFor();
    await log(page).getByText('no such mailbox').first().waitFor();
    await disconnect(page, 'my mail');
  });

  test('with another code is not added, and the code is still asked for', async ({ visit }) => {
    const page = await visit({ ...own.as('user2'), refusals: [409] });
    await goTo(page, CHANNELS);
    await page.getByRole('button', { name: 'Add a mailbox' }).click();
    const dialog = page.getByRole('dialog', { name: 'New mailbox' });
    await field(page, 'Name').fill('not mine');
    await field(page, 'Address').fill(MAILBOX);
    await dialog.getByRole('button', { name: 'Send the code' }).click();
    await field(page, 'Code').fill('k3vq-7hdm-2xzp-a4tn');
    const add = () => dialog.getByRole('button', { name: 'Add the mailbox' }).click();
    const sentence = await refusalOf(page, /email\/confirm$/, add);
    await dialog.getByRole('alert').filter({ hasText: sentence }).waitFor();
    // A click beside the dialog does not lose the code.
    await page.mouse.click(4, 4);
    expect(await field(page, 'Code').inputValue()).toBe('k3vq-7hdm-2xzp-a4tn');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect((await channelsOf(page)).items).toEqual([]);
  });
});

describe('quiet hours', () => {
  /** Somebody else stops the user's service, of which the user wants to hear, and starts it again. */
  const disturb = () =>
    own.ask('admin', async (client) => {
      for (const act of ['stop', 'start']) {
        await done(client.post(`/api/v1/user/service/${act}?user=2`));
      }
    });

  async function save(page: Page): Promise<void> {
    await answerTo(page, PREFERENCES, () =>
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    );
    await page.getByRole('button', { name: 'Discard' }).waitFor({ state: 'hidden' });
  }

  test('hold back what happens, which the log shows, and outside of them it arrives', async ({
    visit,
  }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, CHANNELS);
    await connectChat(page, 'at night');
    await goTo(page, MESSAGES);
    await page.getByRole('switch', { name: /^Service stopped/ }).check();
    // The clock of this daemon stands at five to nine.
    await field(page, 'Quiet from').fill('08:00');
    await field(page, 'Quiet until').fill('12:00');
    await field(page, 'Summary at').fill('20:15');
    await save(page);
    const before = telegram.sent.length;
    await disturb();
    await goTo(page, CHANNELS);
    await log(page).getByText('Held until 12:00 IST, the end of your quiet hours.').waitFor();
    await goTo(page, MESSAGES);
    await field(page, 'Quiet from').fill('');
    await field(page, 'Quiet until').fill('');
    await save(page);
    await disturb();
    const told = await nextOf(telegram.sent, before);
    // The one of the quiet hours would have come before it, and waits for noon still.
    expect(telegram.sent.length).toBe(before + 1);
    expect(told.text).toMatch(/^Your service was stopped\n/);
    await goTo(page, CHANNELS);
    await disconnect(page, 'at night');
  });
});

describe('on a phone', () => {
  test('the dialogs fit, with the line for the bot and with the code of a mailbox', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('user2'), ...PHONE });
    await goTo(page, CHANNELS);
    await page.getByRole('button', { name: 'Connect Telegram' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect Telegram' });
    await field(page, 'Name').fill('a name that is as long as people give');
    await dialog.getByRole('button', { name: 'Make a code' }).click();
    await dialog.getByText(/^\/start \S+$/).waitFor();
    expect(await overflow(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Add a mailbox' }).click();
    expect(await overflow(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});
