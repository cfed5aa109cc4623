import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { StrategyBody } from '../src/api/schema';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { editorOf, saveElsewhere, scheduleOf } from './support/schedules';
import { test } from './support/visit';

const TASK = 'premarket_retry';
const CONFIG = '/api/v1/user/config';

const own = ownDaemon();

const description = (page: Page) => page.getByLabel('Description');

const conflict = (page: Page) =>
  page.getByRole('alert').filter({ hasText: 'admin changed this schedule while you did' });

describe('a schedule that another session saves meanwhile', () => {
  test.for([
    { keeps: 'Keep mine', left: 'typed before' },
    { keeps: 'Take theirs', left: 'by the other' },
  ])('is told beside what was typed, which stays: $keeps', async ({ keeps, left }, { visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, editorOf(TASK));
    await description(page).fill(`typed before: ${keeps}`);
    await saveElsewhere(own, TASK, { description: `by the other: ${keeps}` });
    await conflict(page).getByText(`description: by the other: ${keeps}`).waitFor();
    await conflict(page).getByText(`description: typed before: ${keeps}`).waitFor();
    expect(await description(page).inputValue()).toBe(`typed before: ${keeps}`);
    // Until one is chosen there is nothing that could be saved over the other.
    expect(await page.getByRole('button', { name: 'Save…' }).count()).toBe(0);
    await conflict(page).getByRole('button', { name: keeps }).click();
    await conflict(page).waitFor({ state: 'hidden' });
    expect(await description(page).inputValue()).toBe(`${left}: ${keeps}`);
    expect((await scheduleOf(own, TASK)).description).toBe(`by the other: ${keeps}`);
  });

  test('takes the question away that was open, and asks it again of what was kept', async ({
    visit,
  }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, editorOf(TASK));
    await description(page).fill('typed before the question');
    await page.getByRole('button', { name: 'Save…' }).click();
    const dialog = page.getByRole('dialog', { name: /^Save the schedule of/ });
    await dialog.waitFor();
    await saveElsewhere(own, TASK, { description: 'saved during the question' });
    await dialog.waitFor({ state: 'hidden' });
    await conflict(page).getByRole('button', { name: 'Keep mine' }).click();
    await dialog.getByText('description: saved during the question').waitFor();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect((await scheduleOf(own, TASK)).description).toBe('typed before the question');
  });
});

describe('settings that another session saves meanwhile', () => {
  test.for([
    { keeps: 'Keep mine', theirs: 62, mine: 63, left: 63 },
    { keeps: 'Take theirs', theirs: 64, mine: 65, left: 64 },
  ])('are told beside what was typed, which stays: $keeps', async (values, { visit }) => {
    const { keeps, theirs, mine, left } = values;
    const page = await visit(own.as('user2'));
    await goTo(page, { path: '/settings/strategy', heading: 'Settings' });
    const exit = page.getByLabel('RSI exit', { exact: true });
    const other = page.getByLabel('RSI oversold', { exact: true });
    await exit.fill(String(mine));
    await other.fill(String(mine - 40));
    await saveSettingsElsewhere(theirs);
    const told = page.getByRole('alert').filter({ hasText: 'Somebody else saved these settings' });
    await told.getByText(`is now ${theirs} points, yours is ${mine} points`).waitFor();
    expect(await exit.inputValue()).toBe(String(mine));
    await told.getByRole('button', { name: keeps }).click();
    await told.waitFor({ state: 'hidden' });
    expect(await exit.inputValue()).toBe(String(left));
    // What nobody else has changed is not touched by the choice.
    expect(await other.inputValue()).toBe(String(mine - 40));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    const { values: saved } = await read<StrategyBody>(page.context().request.get(CONFIG));
    expect(saved).toMatchObject({ rsi_exit: left, rsi_oversold: mine - 40 });
  });
});

const saveSettingsElsewhere = (rsi_exit: number) =>
  own.ask('user2', (client) => read(client.patch(CONFIG, { data: { values: { rsi_exit } } })));
