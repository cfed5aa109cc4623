import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Execution } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { field, mistakeOf } from './support/fields';
import { FORMS, type Form, TYPED } from './support/forms';
import { done, ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { editorOf, saveElsewhere, waitingFor } from './support/schedules';
import { addVersion, removeVersion } from './support/versions';
import { test } from './support/visit';

/** With days behind it: orders that are open, signals that can be bought, and money that is spent. */
const own = ownDaemon({ history: 4 });

const ANY = /^\/api\/v1\//;
const REFUSALS = [400, 401, 403, 404, 409];

const toldAt = (page: Page, wrong: Form['wrong']) =>
  typeof wrong === 'string' ? mistakeOf(page, wrong) : wrong(page).textContent();

/** Until it is said where it is wrong. */
const isTold = (page: Page, wrong: Form['wrong'], says: string) =>
  expect.poll(() => toldAt(page, wrong).catch(String)).toContain(says);

/** Types a text, or chooses by the value of the choice. */
async function put(into: Locator, value: string): Promise<void> {
  const isChoice = await into.evaluate((element) => element.tagName === 'SELECT');
  await (isChoice ? into.selectOption(value) : into.fill(value));
}

describe('what is no number or no symbol is refused beside the field, stays typed and is not sent:', () => {
  test.for(TYPED.map((typed) => [typed.field, typed] as const))(
    '%s',
    async ([label, { place, open, texts, send, isDisabled }], { visit }) => {
      const page = await visit(own.as('admin'));
      await goTo(page, place);
      await open?.(page);
      let sent = 0;
      page.on('request', (request) => {
        if (request.method() !== 'GET') sent += 1;
      });
      for (const [text, says] of texts) {
        await field(page, label).fill(text);
        await expect.poll(() => mistakeOf(page, label).catch(String)).toContain(says);
        const button = page.getByRole('button', { name: send, exact: true }).last();
        if (isDisabled) expect(await button.isDisabled()).toBe(true);
        else await button.click();
        expect(await field(page, label).inputValue()).toBe(text);
      }
      expect(sent).toBe(0);
      expect(await page.getByRole('dialog', { name: '?' }).count()).toBe(0);
    },
  );
});

describe('what is allowed and may still be a slip is asked about:', () => {
  test('an allowance of no order a day', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, { path: '/admin/grants?task=sell_monitor', heading: 'Grants' });
    await field(page, 'Orders a day').fill('0');
    await page.getByRole('button', { name: 'Save…' }).click();
    const question = page.getByRole('dialog', { name: 'Save the allowance of Sell monitor' });
    await question.getByText('The task can send no order at all').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await field(page, 'Orders a day').inputValue()).toBe('0');
  });

  test('symbols that the market does not know, typed in small letters and pasted in lines', async ({
    visit,
  }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, { path: '/settings/limits', heading: 'Settings' });
    await field(page, 'Allowed symbols').fill('nosuch1 orbindra;\nADRIVON');
    const warning = 'The market does not know NOSUCH1 today.';
    await page.getByRole('main').getByText(warning).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const question = page.getByRole('dialog', { name: 'Save symbols that the market' });
    await question.getByText(warning).waitFor();
    await question.getByRole('button', { name: 'Save all the same' }).click();
    await question.waitFor({ state: 'hidden' });
    await expect
      .poll(() => field(page, 'Allowed symbols').inputValue())
      .toBe('ADRIVON, NOSUCH1, ORBINDRA');
  });

  test('symbols of an allowance that the market does not know', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, { path: '/admin/grants?task=sell_monitor', heading: 'Grants' });
    await field(page, 'Only these symbols may be bought').fill('nosuch1, orbindra');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const question = page.getByRole('dialog', { name: 'Save the allowance of Sell monitor' });
    await question.getByText('The market does not know NOSUCH1 today.').waitFor();
  });
});

describe('what the daemon refuses stands beside the field, and stays typed:', () => {
  test.for(FORMS.map((form) => [form.form, form] as const))('%s', async ([, form], { visit }) => {
    const { place, before, open, typed, meanwhile, send, route = ANY } = form;
    const { wrong, says, shown = says } = form;
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await before?.(page, own);
    await goTo(page, place);
    await open?.(page);
    for (const [label, value] of Object.entries(typed)) await put(field(page, label), value);
    await meanwhile?.(own);
    const sentence = await refusalOf(page, route, () => send(page));
    expect(sentence.toLowerCase()).toContain(says);
    await isTold(page, wrong, shown);
    for (const [label, value] of Object.entries(typed)) {
      expect(await field(page, label).inputValue()).toBe(value);
    }
  });

  test('a password by a link', async ({ visit }) => {
    const link = await own.ask('admin', (client) =>
      read<{ token: string }>(
        client.post('/api/v1/users/2/reset-link', { data: { remove_totp: false } }),
      ),
    );
    const page = await visit({ url: own.as('admin').url, refusals: REFUSALS });
    await page.goto(`/#reset=${link.token}`);
    const fields = [field(page, 'New password'), field(page, 'The same again')];
    for (const one of fields) await one.fill('user2user2user2');
    const sentence = await refusalOf(page, /auth\/reset$/, () =>
      page.getByRole('button', { name: 'Change the password' }).click(),
    );
    expect(sentence).toContain("little more than the user's name");
    await isTold(page, 'New password', sentence);
    for (const one of fields) expect(await one.inputValue()).toBe('user2user2user2');
  });

  test('a set-up link that is none, until what was typed is mended', async ({ visit }) => {
    const page = await visit({ url: own.as('admin').url, refusals: REFUSALS });
    await page.goto('/#setup=none');
    await field(page, 'Name').fill('asha');
    for (const label of ['New password', 'The same again']) {
      await field(page, label).fill('a long password that is new');
    }
    const make = page.getByRole('button', { name: 'Make the admin and log in' });
    await refusalOf(page, /auth\/setup$/, () => make.click());
    const alert = page.getByRole('alert');
    await alert.getByText('Start the daemon again').waitFor();
    expect(await alert.textContent()).not.toContain('Ask an admin');
    await field(page, 'Name').fill('asha2');
    await alert.waitFor({ state: 'hidden' });
  });

  test('a share that the market does not know is told once, and what can be no symbol alone', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, { path: '/symbols/NOSUCH', heading: 'NOSUCH' });
    await page.getByText('The market does not know NOSUCH').waitFor();
    expect(await page.getByText('belongs to somebody else').count()).toBe(0);
    await goTo(page, { path: '/symbols/क', heading: 'क' });
    await page.getByText('This is no symbol').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('the tokens that go on with a new password, of which one is revoked meanwhile', async ({
    visit,
  }) => {
    const tokens = '/api/v1/auth/tokens';
    const { id } = await own.ask('admin', (client) =>
      read<{ id: number }>(client.post(tokens, { data: { name: 'nightly', scope: 'read' } })),
    );
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, { path: '/settings/account', heading: 'Settings' });
    const typed = ['Present password', 'New password', 'The same again'];
    for (const label of typed) await field(page, label).fill('a long password that is new');
    const kept = field(page, 'nightly');
    await kept.check();
    await own.ask('admin', (client) => done(client.delete(`${tokens}/${id}`)));
    await refusalOf(page, /auth\/password$/, () =>
      page.getByRole('button', { name: 'Change the password' }).click(),
    );
    const said = 'API tokens that go on, nightly: you have no API token of this name.';
    await isTold(page, () => part(page, 'Change the password').getByRole('alert'), said);
    expect(await kept.isChecked()).toBe(true);
    for (const label of typed) {
      expect(await field(page, label).inputValue()).toBe('a long password that is new');
    }
  });

  test('a cron expression', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, editorOf('eod_cleanup'));
    await field(page, 'Kind').selectOption('cron');
    const expression = field(page, 'Expression');
    const sentence = await refusalOf(page, /preview$/, () => expression.fill('61 17 * * MON-FRI'));
    await isTold(page, () => part(page, 'When it is due').getByRole('alert'), sentence);
    expect(await expression.inputValue()).toBe('61 17 * * MON-FRI');
  });

  test('a replay, with a version that is removed meanwhile', async ({ visit }) => {
    const [run] = await own.ask('admin', async (client) => {
      const runs = '/api/v1/executions?task=buy_orders&limit=1';
      return (await read<{ items: Execution[] }>(client.get(runs))).items;
    });
    const { hash, version } = await addVersion(own, 'buy_orders');
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, { path: `/runs/${run?.id}`, heading: `Run ${run?.id}` });
    const replay = part(page, 'Replay');
    const module = field(page, 'Replayed with');
    await module.selectOption(hash);
    // The page has read the versions again, and the one that was chosen is none of them.
    await answerTo(page, /v1\/modules$/, () => removeVersion(own, 'buy_orders', version));
    const sentence = await refusalOf(page, /replay$/, () =>
      replay.getByRole('button', { name: 'Replay' }).click(),
    );
    expect(sentence).toContain('version of the module of buy_orders has the hash');
    await isTold(page, () => replay.getByRole('alert'), sentence);
    expect(await module.inputValue()).toBe(hash);
  });

  test('tasks that wait for each other', async ({ visit }) => {
    await saveElsewhere(own, 'eod_cleanup', { after: waitingFor('buy_orders', '18:30') });
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, editorOf('buy_orders'));
    await field(page, 'Waits for tasks of the same day').press('ArrowDown');
    await page.getByRole('option', { name: 'EOD cleanup' }).click();
    const latest = field(page, 'Waits at most until (IST)');
    const sentence = await refusalOf(page, /preview$/, () => latest.fill('19:00'));
    const form = part(page, 'When it is due');
    await isTold(page, () => form.getByRole('alert'), sentence);
    await form.getByText('EOD cleanup', { exact: true }).waitFor();
    expect(await latest.inputValue()).toBe('19:00');
  });

  test('the days of a trial, which is a job that fails', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, { path: '/admin/modules/buy_orders', heading: 'Module of' });
    const days = field(page, 'Last trading days');
    await days.fill('45');
    const trial = part(page, 'Trial on recorded runs');
    await trial.getByRole('button', { name: 'Try it' }).click();
    await isTold(page, () => trial.getByRole('alert'), 'a whole number from 1 to 31; this is 45');
    expect(await days.inputValue()).toBe('45');
  });

  test('the filter of a list', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, { path: '/orders?tab=all', heading: 'Orders' });
    const symbol = field(page, 'Symbol');
    const sentence = await refusalOf(page, /orders$/, () => symbol.fill('NO SUCH!'));
    await page.getByRole('alert').getByText(sentence).waitFor();
    expect(await symbol.inputValue()).toBe('NO SUCH!');
  });

  test('the dates of a result', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    const dates = 'range=own&from=2026-11-12&through=2026-11-16';
    await goTo(page, { path: `/pnl?${dates}`, heading: 'P&L' });
    const from = field(page, 'From');
    const sentence = await refusalOf(page, /pnl/, () => from.fill('2026-11-17'));
    expect(sentence).toContain('From is after through');
    await isTold(page, () => page.getByRole('alert').first(), sentence);
    expect(await from.inputValue()).toBe('2026-11-17');
  });
});
