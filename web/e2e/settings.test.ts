import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { LimitsBody, MoneyBody, StrategyBody } from '../src/api/schema';
import { rupees } from '../src/format/money';
import { refusalOf } from './support/answers';
import { field, mistakeOf } from './support/fields';
import { gateTo } from './support/gate';
import { ownDaemon, read } from './support/own';
import { goTo } from './support/pages';
import { logIn } from './support/setup';
import { test } from './support/visit';

const section = (id: string) => ({ path: `/settings/${id}`, heading: 'Settings' });
const MISTAKES = 'Correct the fields in red first.';

/** What the daemon has saved of the caller's. */
const saved = <T>(page: Page, path: string) => read<T>(page.context().request.get(path));

describe('limits', () => {
  test('that are no numbers or out of their bounds are not sent', async ({ visit }) => {
    const page = await visit({ as: 'user2' });
    await goTo(page, section('limits'));
    let sent = 0;
    page.on('request', (request) => {
      if (request.method() === 'PATCH') sent += 1;
    });
    await field(page, 'Max positions').fill('a few');
    await field(page, 'Max order value').fill('-1');
    expect(await mistakeOf(page, 'Max positions')).toBe('This is no whole number.');
    expect(await mistakeOf(page, 'Max order value')).toMatch(/^The least is ₹/);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(MISTAKES).waitFor();
    expect(await field(page, 'Max positions').inputValue()).toBe('a few');
    expect(sent).toBe(0);
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await field(page, 'Max positions').inputValue()).toBe('');
    expect(await page.getByText(MISTAKES).count()).toBe(0);
  });

  test('looser than what the admin allows are refused beside their field, and stay', async ({
    visit,
  }) => {
    const page = await visit({ as: 'user2', refusals: [400] });
    await goTo(page, section('limits'));
    const before = await saved<LimitsBody>(page, '/api/v1/user/limits');
    const tooMany = String(Number(before.admin.max_positions) + 1);
    await field(page, 'Max positions').fill(tooMany);
    await field(page, 'Max buys per day').fill('1');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Let more through?' });
    await dialog.getByText('Max positions:').waitFor();
    const sentence = await refusalOf(page, /user\/limits$/, () =>
      dialog.getByRole('button', { name: 'Loosen the limits' }).click(),
    );
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText(MISTAKES).waitFor();
    // The name that a program has for it is not shown.
    expect(sentence).toMatch(/^Max_positions may only be tightened: /);
    const told = sentence.replace('Max_positions', 'Max positions');
    expect(await mistakeOf(page, 'Max positions')).toBe(told);
    expect(await field(page, 'Max positions').inputValue()).toBe(tooMany);
    expect(await field(page, 'Max buys per day').inputValue()).toBe('1');
    expect(await saved<LimitsBody>(page, '/api/v1/user/limits')).toEqual(before);
  });
});

describe('the strategy', () => {
  test('whose thresholds contradict each other is refused beside the first of them', async ({
    visit,
  }) => {
    const page = await visit({ as: 'user2', refusals: [400] });
    await goTo(page, section('strategy'));
    const before = await saved<StrategyBody>(page, '/api/v1/user/config');
    const above = String(Number(before.values.rsi_near_oversold) + 1);
    await field(page, 'RSI oversold').fill(above);
    await field(page, 'RSI exit').fill('61');
    const sentence = await refusalOf(page, /user\/config$/, () =>
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    );
    expect(sentence).toContain(`is ${above}, but must be below`);
    await page.getByText(MISTAKES).waitFor();
    expect(await mistakeOf(page, 'RSI oversold')).toContain('but must be below RSI near oversold');
    expect(await field(page, 'RSI oversold').inputValue()).toBe(above);
    expect(await field(page, 'RSI exit').inputValue()).toBe('61');
    expect(await saved<StrategyBody>(page, '/api/v1/user/config')).toEqual(before);
  });
});

describe('capital', () => {
  const own = ownDaemon({ history: 4 });
  const LABEL = 'Capital paid in altogether';
  const CAPITAL = '/api/v1/user/capital';

  test('that is no amount, or more than is free, cannot be sent', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, section('capital'));
    const { capital_paise, free_paise } = await saved<MoneyBody>(page, CAPITAL);
    await field(page, LABEL).fill('a lakh');
    expect(await mistakeOf(page, LABEL)).toMatch(/^This is no amount/);
    const tooMuch = String((capital_paise - free_paise) / 100 - 1);
    await field(page, LABEL).fill(tooMuch);
    const free = rupees(free_paise);
    expect(await mistakeOf(page, LABEL)).toBe(`Only ${free} is free to be taken out.`);
    expect(await page.getByRole('button', { name: 'Take out' }).isDisabled()).toBe(true);
    await field(page, LABEL).press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await field(page, LABEL).inputValue()).toBe(tooMuch);
  });

  test('that does not reach the daemon is told in the question, and stays typed', async ({
    visit,
    onTestFinished,
  }) => {
    const gate = await gateTo(own.as('admin').url);
    onTestFinished(() => gate.stop());
    const session = await logIn(gate.url, 'admin');
    const page = await visit({ session, url: gate.url, loses: true });
    await goTo(page, section('capital'));
    const before = await saved<MoneyBody>(page, CAPITAL);
    const more = String(before.capital_paise / 100 + 1000);
    await field(page, LABEL).fill(more);
    await page.getByRole('button', { name: 'Pay in' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pay in ₹1,000.00?' });
    await dialog.waitFor();
    gate.shut();
    await dialog.getByRole('button', { name: 'Pay in' }).click();
    await dialog.getByRole('alert').getByText('The daemon did not answer.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await field(page, LABEL).inputValue()).toBe(more);
    gate.open();
    const after = await saved<MoneyBody>(page, CAPITAL);
    expect(after.capital_paise).toBe(before.capital_paise);
  });
});
