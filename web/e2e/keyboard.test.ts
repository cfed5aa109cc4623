import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { Alert } from '../src/api/schema';
import { part } from './support/answers';
import { focusComes, focusIsKept, hasFocus, tabTo } from './support/focus';
import { ownDaemon, read } from './support/own';
import { goTo, settled } from './support/pages';
import { test } from './support/visit';

const TODAY = { path: '/', heading: 'Today' };

const own = ownDaemon();

/** To a page by the two letters that the help of the keys names. */
async function go(page: Page, letter: string, heading: string): Promise<void> {
  await page.keyboard.press('g');
  await page.keyboard.press(letter);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await settled(page);
}

describe('with the keyboard alone', () => {
  test('an admin opens a schedule by its row, changes it, and saves it', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, TODAY);
    await go(page, 'h', 'Schedules');
    const table = page.getByRole('region', { name: 'Schedules of the tasks' }).last();
    await tabTo(page, table);
    const row = table.getByRole('row').filter({ hasText: 'Buy orders' });
    for (let down = 0; down < 10 && !(await hasFocus(row)); down += 1) {
      await page.keyboard.press('j');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Schedule of Buy orders' }).waitFor();

    await tabTo(page, page.getByLabel('Time (IST)'));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('1620');
    await page.getByText('Within a year it fires otherwise on').waitFor();
    const ask = page.getByRole('button', { name: 'Save…' });
    await tabTo(page, ask);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Save the schedule of Buy orders?' });
    await dialog.getByText('due: at 16:20').waitFor();
    const save = dialog.getByRole('button', { name: 'Save', exact: true });
    // What is asked can be answered at once, or turned down.
    await focusComes(save);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await focusComes(ask);
    await page.keyboard.press('Enter');
    await focusComes(save);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await part(page, 'History').getByText('version 2').waitFor();
  });

  test('an admin leaves the editor of a script with Tab', async ({ visit }) => {
    // When the typing pauses, what is not finished is previewed, and refused.
    const page = await visit({ ...own.as('admin'), refusals: [400] });
    await goTo(page, { path: '/schedules/eod_cleanup', heading: 'Schedule of' });
    await tabTo(page, page.getByLabel('Kind'));
    await page.keyboard.type('Script');
    const editor = page.getByRole('textbox', { name: 'Script', exact: true });
    await tabTo(page, editor);
    await page.keyboard.type('// kept ');
    await page.keyboard.press('Tab');
    expect(await hasFocus(editor)).toBe(false);
    expect(await editor.textContent()).toContain('// kept');
    await tabTo(page, page.getByRole('button', { name: 'Discard' }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Discard' }).waitFor({ state: 'hidden' });
  });

  test('a user runs a task once', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, TODAY);
    await go(page, 's', 'Services');
    await tabTo(page, page.getByRole('button', { name: 'Run once' }).first());
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: /^Run .* once now\?$/ });
    await focusComes(dialog.getByRole('button', { name: 'Run once' }));
    await page.keyboard.press('Enter');
    await page.getByText(/ runs: run \d+$/).waitFor();
    await dialog.waitFor({ state: 'hidden' });
    const { items } = await read<{ items: { trigger: string }[] }>(
      page.context().request.get('/api/v1/executions'),
    );
    expect(items.map(({ trigger }) => trigger)).toContain('run_once');
  });

  test('a user stops all orders, and lets them through by holding a key', async ({ visit }) => {
    const page = await visit(own.as('user2'));
    await goTo(page, TODAY);
    await tabTo(page, page.getByRole('button', { name: 'Kill switch' }));
    await page.keyboard.press('Enter');
    const stopped = page.getByRole('button', { name: 'Orders stopped' });
    await stopped.waitFor();
    await tabTo(page, stopped);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Let your orders through again?' });
    const through = dialog.getByRole('button', { name: 'Hold to let orders through' });
    await tabTo(page, through);
    // Pressed and not held: nothing is let through.
    await page.keyboard.press('Space');
    expect(await through.isEnabled()).toBe(true);
    await page.keyboard.down('Space');
    await dialog.waitFor({ state: 'hidden' });
    await page.keyboard.up('Space');
    await page.getByRole('button', { name: 'Kill switch' }).waitFor();
  });

  test('an admin resolves an alert with what was found', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, TODAY);
    await go(page, 'a', 'Alerts');
    const [alert] = await openAlerts();
    const row = page.getByRole('row').filter({ hasText: alert?.detail ?? 'no alert' });
    await tabTo(page, row.getByRole('button', { name: 'Resolve' }));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Resolve 1 alert?' });
    const found = dialog.getByLabel('What was found');
    await found.waitFor();
    await tabTo(page, found);
    await page.keyboard.type('seen from the keyboard');
    await tabTo(page, dialog.getByRole('button', { name: 'Resolve' }));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await row.waitFor({ state: 'hidden' });
    // Its button is gone with it.
    await focusIsKept(page);
    expect((await openAlerts()).map(({ id }) => id)).not.toContain(alert?.id);
  });
});

async function openAlerts(): Promise<Alert[]> {
  const { items } = await own.ask('admin', (client) =>
    read<{ items: Alert[] }>(client.get('/api/v1/system/alerts?open=true')),
  );
  return items;
}
