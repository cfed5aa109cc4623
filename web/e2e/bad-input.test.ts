import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { part, refusalOf } from './support/answers';
import { field, mistakeOf } from './support/fields';
import { FORMS, type Form } from './support/forms';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { editorOf, saveElsewhere, waitingFor } from './support/schedules';
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

describe('what the daemon refuses stands beside the field, and stays typed:', () => {
  test.for(FORMS.map((form) => [form.form, form] as const))('%s', async ([, form], { visit }) => {
    const { place, before, open, typed, send, wrong, says, shown = says } = form;
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await before?.(page);
    await goTo(page, place);
    await open?.(page);
    for (const [label, value] of Object.entries(typed)) await field(page, label).fill(value);
    const sentence = await refusalOf(page, ANY, () => send(page));
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

  test('tasks that wait for each other', async ({ visit }) => {
    await saveElsewhere(own, 'eod_cleanup', { after: waitingFor('buy_orders', '18:30') });
    const page = await visit({ ...own.as('admin'), refusals: REFUSALS });
    await goTo(page, editorOf('buy_orders'));
    await field(page, 'Waits for tasks of the same day').first().press('ArrowDown');
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
