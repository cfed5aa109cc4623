import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { StrategyBody, TaskAllowance } from '../src/api/schema';
import { limitExact } from '../src/pages/grants/told';
import { grantOf, setGrant } from './support/grants';
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

const CALLS = 'Host calls of a run';
const CPU = 'Processor time of a run, ms';

describe('a grant that another session saves meanwhile', () => {
  test.for([
    { keeps: 'Keep mine', isMine: true },
    { keeps: 'Take theirs', isMine: false },
  ])('is told beside what was typed, which stays: $keeps', async (choice, { visit }) => {
    const { mine, theirs } = await tighter();
    const page = await visit(own.as('admin'));
    const form = await openGrant(page);
    const field = form.getByLabel(CALLS, { exact: true });
    await field.fill(String(mine.calls));
    await setGrant(own, TASK, theirs);
    const told = grantConflict(page);
    await told.getByText(bothCalls(theirs, mine)).waitFor();
    await told.getByText(`${CPU}: is ${limitExact('cpu_ms', theirs.cpu_ms)} now`).waitFor();
    expect(await field.inputValue()).toBe(String(mine.calls));
    expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await told.getByRole('button', { name: choice.keeps }).click();
    await told.waitFor({ state: 'hidden' });
    const calls = choice.isMine ? mine.calls : theirs.calls;
    expect(await field.inputValue()).toBe(String(calls));
    // What nobody else has changed is not touched by the choice, and what only the other changed is theirs.
    expect(await form.getByLabel(CPU, { exact: true }).inputValue()).toBe(String(theirs.cpu_ms));
    expect(await grantOf(own, TASK)).toEqual(theirs);
    const save = form.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(!choice.isMine);
    if (!choice.isMine) return;
    await save.click();
    await form.getByText('Saved. It holds from the next run on.').waitFor();
    expect(await grantOf(own, TASK)).toEqual({ ...theirs, calls });
  });

  test('and of which the stream says nothing is refused, and nothing typed is lost', async ({
    visit,
  }) => {
    const { mine, theirs } = await tighter();
    const page = await visit({ ...own.as('admin'), refusals: [409] });
    await page.routeWebSocket(/\/api\/v1\/live/, (socket) => {
      socket.send(JSON.stringify({ type: 'hello', epoch: 'e', sequence: 0, start: 'new' }));
    });
    const form = await openGrant(page);
    await form.getByLabel(CALLS, { exact: true }).fill(String(mine.calls));
    await setGrant(own, TASK, theirs);
    expect(await grantConflict(page).count()).toBe(0);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').getByText('Somebody else changed this allowance.').waitFor();
    await grantConflict(page).getByText(bothCalls(theirs, mine)).waitFor();
    expect(await form.getByLabel(CALLS, { exact: true }).inputValue()).toBe(String(mine.calls));
    expect(await grantOf(own, TASK)).toEqual(theirs);
  });
});

/** Two changes that allow less than now; theirs is one of another limit as well. */
async function tighter(): Promise<{ mine: TaskAllowance; theirs: TaskAllowance }> {
  const now = await grantOf(own, TASK);
  return {
    mine: { ...now, calls: now.calls - 20 },
    theirs: { ...now, calls: now.calls - 10, cpu_ms: now.cpu_ms - 10 },
  };
}

async function openGrant(page: Page) {
  await goTo(page, { path: `/admin/grants?task=${TASK}`, heading: 'Grants' });
  return page.getByRole('dialog', { name: 'Allowance of' });
}

const grantConflict = (page: Page) =>
  page.getByRole('alert').filter({ hasText: 'Somebody else changed this allowance while you did' });

const bothCalls = (theirs: TaskAllowance, mine: TaskAllowance) =>
  `${CALLS}: theirs is ${limitExact('calls', theirs.calls)}, yours is ${limitExact('calls', mine.calls)}`;
