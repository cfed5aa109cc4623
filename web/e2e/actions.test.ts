import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { ImportedActions, ListedAction, PriceJump } from '../src/api/schema';
import { answerTo, part, refusalOf } from './support/answers';
import { barriers, overflow } from './support/checks';
import { field, mistakeOf } from './support/fields';
import { shows } from './support/forms/form';
import { ownDaemon } from './support/own';
import { goTo } from './support/pages';
import { PHONE, test } from './support/visit';

const ACTIONS = { path: '/admin/actions', heading: 'Corporate actions' };
const IMPORT = /actions\/import$/;
const ADD = /system\/actions$/;
const UNDO = /actions\/\d+\/undo$/;

/** As the exchange brings it. */
const HEAD =
  'SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE';
const announced = (symbol: string, exDay: string, purpose: string) =>
  `EQ,${symbol},A NAME,${exDay},,,${exDay},,,${purpose}`;
const LIST = [
  HEAD,
  announced('ORBINDRA', '2026-12-15', 'BONUS 1:1'),
  announced('ADRIVON', '16/12/2026', 'DIV - RS 1.47 PER SH'),
  announced('ADRIVON', '2026-12-32', 'FVSPLT FRM RS 10 TO RS 2'),
  'N1,754GS2036,A BOND,2026-12-15,,,2026-12-15,,,INTEREST PAYMENT',
  '',
].join('\n');

/** Of these one is on a Sunday. */
const DOUBTED = [
  HEAD,
  announced('ORBINDRA', '2026-12-18', 'DIV - RS 2.50 PER SH'),
  announced('ADRIVON', '2026-12-20', 'BONUS 3:1'),
  '',
].join('\n');

const JUMP: PriceJump = {
  symbol: 'ORBINDRA',
  day: '2026-11-16',
  previous_day: '2026-11-13',
  previous_close_paise: 77_000,
  open_paise: 38_500,
  noticed_at: '2026-11-16T09:15:00.000+05:30',
  explained_at: null,
  explained_by: null,
  explanation: '',
};

const own = ownDaemon();

/** In order: each goes on with the actions that the one before has left. */
describe('corporate actions', () => {
  test('that no list can be read from are refused in a sentence, and the list stays to be mended', async ({
    visit,
  }) => {
    const page = await visit({ ...own.as('admin'), refusals: [400] });
    await goTo(page, ACTIONS);
    await page.getByText('No corporate action is known').waitFor();
    const wrong = LIST.replace(',EX_DT,', ',WHEN,');
    await choose(page, wrong);
    const sentence = await refusalOf(page, IMPORT, () => press(page, 'See what changes'));
    expect(sentence).toContain('the column');
    await part(page, 'Import').getByText(sentence).waitFor();
    expect(await field(page, 'List').inputValue()).toBe(wrong);
    expect(await page.getByRole('button', { name: 'Import…' }).count()).toBe(0);
  });

  test('are imported after a look at what the list brings, with its bad lines by number', async ({
    visit,
  }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, ACTIONS);
    await choose(page, LIST);
    const looked = await answerTo<ImportedActions>(page, IMPORT, () =>
      press(page, 'See what changes'),
    );
    expect([looked.dry_run, looked.new_count, looked.unreadable_count]).toEqual([true, 2, 1]);
    const told = part(page, 'Import').getByRole('status');
    await told.getByText('Bonus 1:1', { exact: true }).waitFor();
    await told.getByText('Dividend ₹1.47 a share').waitFor();
    await told.getByText('Line 4: Ex-date "2026-12-32" is not a date').waitFor();
    // Nothing is taken up yet.
    expect(await rows(page).count()).toBe(0);
    // What was looked at is what is imported: another text wants another look.
    await field(page, 'List').press('End');
    await field(page, 'List').pressSequentially(' ');
    await page.getByRole('button', { name: 'Import…' }).waitFor({ state: 'hidden' });
    await choose(page, LIST);
    await answerTo(page, IMPORT, () => press(page, 'See what changes'));
    await press(page, 'Import…');
    const dialog = page.getByRole('dialog', { name: 'Take this list up?' });
    await answerTo<ImportedActions>(page, IMPORT, () =>
      dialog.getByRole('button', { name: 'Import', exact: true }).click(),
    );
    await page.getByText('2 actions added, 0 changed.').waitFor();
    await expect.poll(() => rows(page).count()).toBe(2);
    await row(page, 'ORBINDRA').getByText('import bc15122026.csv').waitFor();
    expect(await field(page, 'List').inputValue()).toBe('');
  });

  test('that are known bring nothing new', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, ACTIONS);
    await choose(page, LIST);
    await answerTo(page, IMPORT, () => press(page, 'See what changes'));
    const told = part(page, 'Import').getByRole('status');
    await told.getByText('It changes nothing.').waitFor();
    await told.getByText('2 actions are known already.').waitFor();
    expect(await page.getByRole('button', { name: 'Import…' }).count()).toBe(0);
  });

  test('that something speaks against are left out, and taken up by a second look that asks for them', async ({
    visit,
  }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, ACTIONS);
    await choose(page, DOUBTED);
    const looked = await answerTo<ImportedActions>(page, IMPORT, () =>
      press(page, 'See what changes'),
    );
    expect([looked.new_count, looked.doubted_count]).toEqual([1, 1]);
    const told = part(page, 'Import').getByRole('status');
    const leftOut = told.getByText('1 action is left out', { exact: true });
    await leftOut.waitFor();
    await told
      .getByText(/^Line \d+: ADRIVON on 2026-12-20: .*2026-12-20 is no trading day\.$/)
      .waitFor();
    const again = await answerTo<ImportedActions>(page, IMPORT, () =>
      press(page, 'Take these up too'),
    );
    expect([again.dry_run, again.new_count, again.doubted_count]).toEqual([true, 2, 0]);
    await told.getByText('Bonus 3:1', { exact: true }).waitFor();
    await leftOut.waitFor({ state: 'hidden' });
    await press(page, 'Import…');
    const dialog = page.getByRole('dialog', { name: 'Take this list up?' });
    await dialog.getByText(/^It brings 2 new actions and changes 0 actions\./).waitFor();
    const brought = await answerTo<ImportedActions>(page, IMPORT, () =>
      dialog.getByRole('button', { name: 'Import', exact: true }).click(),
    );
    expect([brought.dry_run, brought.new_count, brought.doubted_count]).toEqual([false, 2, 0]);
    await page.getByText('2 actions added, 0 changed.').waitFor();
    await rows(page).filter({ hasText: 'Bonus 3:1' }).waitFor();
  });

  test('are added by hand, and what cannot be meant is said beside its field', async ({
    visit,
  }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, ACTIONS);
    await press(page, 'Add an action');
    const dialog = page.getByRole('dialog', { name: 'Add a corporate action' });
    await field(page, 'Symbol').last().fill('adrivon');
    await dialog.getByLabel('Ex-date').fill('2026-12-17');
    await dialog.getByLabel('Kind').selectOption('split');
    await field(page, 'Shares after').fill('five');
    await expect.poll(() => mistakeOf(page, 'Shares after')).toContain('no whole number');
    const add = dialog.getByRole('button', { name: 'Add', exact: true });
    expect(await add.isDisabled()).toBe(true);
    await field(page, 'Shares after').fill('5');
    await field(page, 'For shares held').fill('1');
    const added = await answerTo<ListedAction>(page, ADD, () => add.click());
    expect([added.symbol, added.state, added.text]).toEqual([
      'ADRIVON',
      'announced',
      'split, 5 for 1',
    ]);
    await page.getByText('Split 1 into 5 of ADRIVON is added.').waitFor();
    await rows(page).filter({ hasText: 'Split 1 into 5' }).getByText('admin admin').waitFor();
  });

  test('that can hardly be meant are added only by a second press', async ({ visit }) => {
    const page = await visit({ ...own.as('admin'), refusals: [409] });
    await goTo(page, ACTIONS);
    await press(page, 'Add an action');
    const dialog = page.getByRole('dialog', { name: 'Add a corporate action' });
    await field(page, 'Symbol').last().fill('nope');
    await dialog.getByLabel('Ex-date').fill('2026-12-17');
    await field(page, 'New shares').fill('1');
    await field(page, 'For shares held').fill('1');
    const sentence = await refusalOf(page, ADD, () =>
      dialog.getByRole('button', { name: 'Add', exact: true }).click(),
    );
    expect(sentence).toContain('the market knows no share NOPE');
    await dialog.getByText('the market knows no share NOPE').waitFor();
    const again = dialog.getByRole('button', { name: 'Add it all the same' });
    await again.waitFor();
    // Another figure is another action, which is asked about anew.
    await field(page, 'New shares').fill('2');
    await again.waitFor({ state: 'hidden' });
    await refusalOf(page, ADD, () =>
      dialog.getByRole('button', { name: 'Add', exact: true }).click(),
    );
    const added = await answerTo<ListedAction>(page, ADD, () => again.click());
    expect([added.symbol, added.state, added.text]).toEqual([
      'NOPE',
      'announced',
      'bonus of 2 new for 1 held',
    ]);
    await page.getByText('Bonus 2:1 of NOPE is added.').waitFor();
  });

  test('are undone with a reason, and stay in the list', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await goTo(page, ACTIONS);
    const split = rows(page).filter({ hasText: 'Split 1 into 5' });
    await split.getByRole('button', { name: 'Undo' }).click();
    const dialog = page.getByRole('dialog', { name: 'Undo “Split 1 into 5” of ADRIVON?' });
    await dialog.getByLabel('Why it does not count').fill('it was put off');
    const undone = await answerTo<ListedAction>(page, UNDO, () =>
      dialog.getByRole('button', { name: 'Undo' }).click(),
    );
    expect([undone.state, undone.reason]).toEqual(['undone', 'it was put off']);
    await split.getByText('it was put off').waitFor();
    expect(await split.getByRole('button', { name: 'Undo' }).count()).toBe(0);

    await page.getByLabel('State').first().selectOption('undone');
    await page.waitForURL(/state=undone/);
    await expect.poll(() => rows(page).count()).toBe(1);
    expect([...(await overflow(page)), ...(await barriers(page))]).toEqual([]);
    await page.setViewportSize(PHONE);
    expect([...(await overflow(page)), ...(await barriers(page))]).toEqual([]);
  });

  test('are what a price jump leads to, with its share and day', async ({ visit }) => {
    const page = await visit(own.as('admin'));
    await shows('market/price-jumps', JUMP)(page);
    await goTo(page, { path: '/admin/halts', heading: 'Halts' });
    await press(page, 'Explain');
    await page.getByRole('link', { name: 'Add it as a corporate action' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a corporate action' });
    expect(await dialog.getByLabel('Symbol').inputValue()).toBe('ORBINDRA');
    expect(await dialog.getByLabel('Ex-date').inputValue()).toBe('2026-11-16');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForURL((url) => !url.search.includes('add'));
  });
});

const rows = (page: Page) => page.getByRole('table', { name: 'Known actions' }).locator('tbody tr');

const row = (page: Page, symbol: string) => rows(page).filter({ hasText: symbol });

const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).first().click();

async function choose(page: Page, text: string): Promise<void> {
  const file = { name: 'bc15122026.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
  await part(page, 'Import').locator('input[type=file]').setInputFiles(file);
  await part(page, 'Import').locator('textarea', { hasText: text }).waitFor();
}
