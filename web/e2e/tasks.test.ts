import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { TaskView } from '../src/api/schema';
import { part, refusalOf } from './support/answers';
import { componentOf, type Upload, wasm } from './support/component';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { test } from './support/visit';

const TASKS = { path: '/admin/tasks', heading: 'Tasks' };
const NAME = 'second_close';
const TITLE = 'Second close';

const own = ownDaemon();

/** A task that runs the component of another one, an hour later. */
async function manifest(): Promise<Record<string, unknown>> {
  const { manifest: closing } = await own.ask('admin', (client) =>
    read<{ manifest: object }>(client.get('/api/v1/tasks/eod_cleanup')),
  );
  return {
    ...closing,
    name: NAME,
    title: TITLE,
    module_of: 'eod_cleanup',
    schedule: { rules: [{ cron: { expression: '0 17 * * MON-FRI' } }], bounds: BOUNDS },
  };
}

const BOUNDS = { kinds: ['at'], earliest: '09:00', latest: '18:00' };

/** In order: each goes on with the task that the one before has added. */
describe('a task', () => {
  test('whose manifest is wrong is refused in a sentence, and what was typed stays', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400, 409] });
    await goTo(page, TASKS);
    await byManifest(page);
    const field = page.getByRole('textbox', { name: 'Manifest' });
    await field.fill('{"name": ');
    await page.getByRole('button', { name: 'Add…' }).click();
    await part(page, 'Add a task').getByText('This is not JSON:').waitFor();
    expect(await field.inputValue()).toBe('{"name": ');

    for (const [wrong, about] of [
      [{ rank: 20_000 }, 'rank: 20000 is more than 10000'],
      [{ capabilities: ['market', 'telepathy'] }, 'telepathy'],
      [{ colour: 'red' }, 'colour'],
    ] as const) {
      const text = JSON.stringify({ ...(await manifest()), ...wrong });
      await field.fill(text);
      await page.getByRole('button', { name: 'Add…' }).click();
      const dialog = page.getByRole('dialog', { name: `Add the task ${TITLE}?` });
      const sentence = await refusalOf(page, /\/tasks\/\w+$/, () =>
        dialog.getByRole('button', { name: 'Accept and add' }).click(),
      );
      expect(sentence).toContain(about);
      await dialog.getByRole('alert').getByText(sentence).waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      await part(page, 'Add a task').getByText(sentence).waitFor();
      expect(await field.inputValue()).toBe(text);
    }
    expect((await tasks()).map(({ task }) => task)).not.toContain(NAME);
  });

  test('whose component is none, or of a task that there is, is refused', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400, 409] });
    await goTo(page, TASKS);
    const alert = part(page, 'Add a task').getByRole('alert');
    for (const file of [wasm(Buffer.from('a letter')), await componentOf('eod_cleanup', 'again')]) {
      const sentence = await refusalOf(page, /\/tasks$/, () => choose(page, 'Add a task', file));
      await alert.getByText(sentence).waitFor();
    }
    await alert.getByText('There is a task of this name').waitFor();
  });

  test('is added by its manifest after a look at what it asks for, without a program', async ({
    visit,
  }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, TASKS);
    await byManifest(page);
    await page.getByRole('textbox', { name: 'Manifest' }).fill(JSON.stringify(await manifest()));
    await page.getByRole('button', { name: 'Add…' }).click();
    const dialog = page.getByRole('dialog', { name: `Add the task ${TITLE}?` });
    await dialog.getByText('to use broker-trade', { exact: true }).waitFor();
    await dialog.getByText('to be due cron 0 17 * * MON-FRI').waitFor();
    await dialog.getByRole('button', { name: 'Accept and add' }).click();
    await page.getByText(`${TITLE} is there without a program.`).waitFor();
    const row = page.getByRole('table', { name: 'Tasks' }).getByRole('row', { name: TITLE });
    await row.getByText('added', { exact: true }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Manifest' }).inputValue()).toBe('');
  });

  test('gets its component, runs it by force, and is removed when its name is typed', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [404] });
    await goTo(page, { path: `/admin/modules/${NAME}`, heading: 'Module of' });
    await page.getByText('There is no version yet').waitFor();
    await choose(page, 'Upload a version', await componentOf('eod_cleanup', 'for another task'));
    await page.getByText('It is version 1. It does not run before it is activated.').waitFor();
    await page.getByRole('button', { name: 'Actions for version 1' }).click();
    await page.getByRole('menuitem', { name: 'Activate…' }).click();
    const activate = page.getByRole('dialog', { name: `Activate version 1 of ${TITLE}?` });
    await activate.getByText('Activating it now is by force.').waitFor();
    await activate.getByLabel(`Type ${NAME} to go on`).fill(NAME);
    await activate.getByRole('button', { name: 'Activate' }).click();
    await page.getByText('Version 1 is active.').waitFor();

    await goTo(page, { path: `/schedules/${NAME}`, heading: 'Schedule of' });
    await page.getByLabel('Expression').waitFor();
    expect(await page.getByLabel('Expression').inputValue()).toBe('0 17 * * MON-FRI');

    await goTo(page, { ...TASKS, path: `${TASKS.path}?task=${NAME}` });
    await page.getByRole('button', { name: 'Remove the task…' }).click();
    const remove = page.getByRole('dialog', { name: `Remove the task ${TITLE}?` });
    await remove.getByLabel(`Type ${NAME} to go on`).fill(NAME);
    await remove.getByRole('button', { name: 'Remove', exact: true }).click();
    await remove.waitFor({ state: 'hidden' });
    await page.getByRole('row', { name: TITLE }).waitFor({ state: 'hidden' });
    expect((await tasks()).map(({ task }) => task)).not.toContain(NAME);
  });
});

const byManifest = (page: Page) => page.getByText('A manifest alone', { exact: true }).click();

const choose = (page: Page, title: string, file: Upload) =>
  part(page, title).locator('input[type=file]').setInputFiles(file);

async function tasks(): Promise<TaskView[]> {
  const { items } = await own.ask('admin', (client) =>
    read<{ items: TaskView[] }>(client.get('/api/v1/tasks')),
  );
  return items;
}
