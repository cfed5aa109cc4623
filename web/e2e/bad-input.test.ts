import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Execution } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { field, mistakeOf } from './support/fields';
import { FORMS, type Form } from './support/forms';
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

  test('the symbols of an allowance', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, { path: '/admin/grants?task=sell_monitor', heading: 'Grants' });
    const label = 'Only these symbols may be bought';
    // A comma ends a symbol when it is pressed.
    await field(page, label).pressSequentially('orbindra,no_such!,');
    await field(page, 'Orders a day').fill('9');
    const form = page.getByRole('dialog', { name: 'Allowance of' });
    const sentence = await refusalOf(page, /grants\/sell_monitor$/, () =>
      form.getByRole('button', { name: 'Save', exact: true }).click(),
    );
    expect(sentence).toContain('"NO_SUCH!" is not a symbol');
    await isTold(page, label, 'Symbols: "NO_SUCH!" is not a symbol');
    await form.getByText('Correct the fields in red first.').waitFor();
    for (const symbol of ['ORBINDRA', 'NO_SUCH!']) {
      await form.getByText(symbol, { exact: true }).waitFor();
    }
    expect(await field(page, 'Orders a day').inputValue()).toBe('9');
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
    expect(await days.inputValue()).toBe('Last trading days: 45');
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
