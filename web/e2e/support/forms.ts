import type { Locator, Page } from 'playwright-core';
import type { MoneyBody, TaskSettingsBody } from '../../src/api/schema';
import { part } from './answers';
import { DEMO_PASSWORD } from './daemon';
import type { Place } from './pages';

const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true }).first().click();

/** For what is asked once more in a dialog. */
const confirm = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

const settings = (id: string): Place => ({ path: `/settings/${id}`, heading: 'Settings' });

/** What the daemon has to show, which these days have not brought. */
const shows = (path: string, item: object) => (page: Page) =>
  page.route(`**/api/v1/${path}*`, (route) =>
    route.fulfill({ json: { items: [item], next: null } }),
  );

/** As a module described itself that was another one. */
const DESCRIBED: TaskSettingsBody = {
  task: 'buy_orders',
  schema: { type: 'object', properties: { patience: { type: 'integer' } } },
  values: {},
  version: 0,
  in_force: null,
  problem: null,
  module_version: 1,
  changed_at: null,
  changed_by: null,
};

/** A form, and a value in it that a browser takes and the daemon does not. */
export interface Form {
  form: string;
  place: Place;
  /** Before the page is opened. */
  before?: (page: Page) => Promise<unknown>;
  open?: (page: Page) => Promise<unknown>;
  typed: Readonly<Record<string, string>>;
  send: (page: Page) => Promise<unknown>;
  /** By its label; else where the sentence stands, as a dialog has one field or the form is as wide as a page. */
  wrong: string | ((page: Page) => Locator);
  /** Out of the daemon's sentence. */
  says: string;
  /** Out of what stands there, where people read it in other words. */
  shown?: string;
}

const inDialog = (page: Page) => page.getByRole('dialog').getByRole('alert');

const USERS: Place = { path: '/admin/users', heading: 'Users' };
const PASSWORD = 'a long password that is new';
const EARLIER = '2026-11-16T11:00:00.000+05:30';
const UNSEEN = 'it has a character that cannot be seen, or a line break';
/** What the dialog takes and the daemon does not. */
const ZERO_WIDTH = 'seen at the\u200bbroker';

const HALT = {
  id: 77,
  user: 2,
  user_name: 'user2',
  code: 'books_differ',
  reason: 'the books and the broker differ',
  symbol: null,
  since: EARLIER,
  lifted_at: null,
  lifted_by: null,
  explanation: '',
};

const JUMP = {
  symbol: 'ORBINDRA',
  day: '2026-11-16',
  previous_close_paise: 77_000,
  open_paise: 38_500,
  noticed_at: EARLIER,
  explained_at: null,
  explained_by: null,
  explanation: '',
};

/** Of the admin of a demonstration with some days behind it. */
export const FORMS: readonly Form[] = [
  {
    form: 'a new user, by the name',
    place: USERS,
    open: (page) => press(page, 'Add a user'),
    typed: { Name: 'Asha Rao', 'Money that the paper account opens with': '2,50,000' },
    send: (page) => confirm(page, 'Add'),
    wrong: 'Name',
    says: "user's name has 1 to 64",
  },
  {
    form: 'a new user, by a name that is taken',
    place: USERS,
    open: (page) => press(page, 'Add a user'),
    typed: { Name: 'user2', 'Money that the paper account opens with': '2,50,000' },
    send: (page) => confirm(page, 'Add'),
    wrong: 'Name',
    says: 'user2',
  },
  {
    form: 'a new user, by the money',
    place: USERS,
    open: (page) => press(page, 'Add a user'),
    typed: { Name: 'asha', 'Money that the paper account opens with': '1' },
    send: (page) => confirm(page, 'Add'),
    wrong: 'Money that the paper account opens with',
    says: '100000',
    shown: 'from ₹1,000.00',
  },
  {
    form: 'the broker of a user',
    place: { path: '/admin/users/2', heading: 'user2' },
    open: (page) => press(page, 'Change broker'),
    typed: { 'Name of the broker, such as paper': 'kotac' },
    send: (page) => confirm(page, 'Change broker'),
    wrong: inDialog,
    says: 'kotac',
  },
  {
    form: 'the password, by the present one',
    place: settings('account'),
    typed: { 'Present password': 'another', 'New password': PASSWORD, 'The same again': PASSWORD },
    send: (page) => press(page, 'Change the password'),
    wrong: 'Present password',
    says: 'not your present password',
  },
  {
    form: 'the password, by the new one',
    place: settings('account'),
    typed: {
      'Present password': DEMO_PASSWORD,
      'New password': 'aaaaaaaaaaaa',
      'The same again': 'aaaaaaaaaaaa',
    },
    send: (page) => press(page, 'Change the password'),
    wrong: 'New password',
    says: 'one of those that are tried first',
  },
  {
    form: 'a token, by the name',
    place: settings('tokens'),
    open: (page) => press(page, 'New token'),
    typed: { Name: 'back \u202e up', 'Ends after days': '30' },
    send: (page) => confirm(page, 'Make the token'),
    wrong: 'Name',
    says: UNSEEN,
  },
  {
    form: 'a token, by its days',
    place: settings('tokens'),
    open: (page) => press(page, 'New token'),
    typed: { Name: 'backup', 'Ends after days': '99999' },
    send: (page) => confirm(page, 'Make the token'),
    wrong: 'Ends after days',
    says: '1 to ',
  },
  {
    form: 'the authenticator',
    place: settings('authenticator'),
    typed: { 'Present password': 'another' },
    send: (page) => press(page, 'Set up an authenticator'),
    wrong: 'Present password',
    says: 'not your present password',
  },
  {
    form: 'the quiet hours',
    place: settings('messages'),
    typed: { 'Quiet from': '22:00', 'Quiet until': '22:00' },
    send: (page) => press(page, 'Save'),
    wrong: 'Quiet until',
    says: 'but must be another time than',
  },
  {
    form: 'the credentials of the broker',
    place: settings('broker'),
    typed: { 'Client code (UCC)': 'X1', MPIN: '12ab' },
    send: async (page) => {
      await part(page, 'Set new credentials').getByRole('button', { name: 'Save' }).click();
      await confirm(page, 'Save');
    },
    wrong: 'MPIN',
    says: 'a text of 6 characters',
  },
  {
    form: 'what is kept how long',
    place: { path: '/admin/system', heading: 'System' },
    typed: { 'Log lines': '9999', Signals: '3000' },
    send: (page) => press(page, 'Save'),
    wrong: 'Log lines',
    says: 'a whole number from 1 to 3650; this is 9999',
  },
  {
    form: 'an allowance',
    place: { path: '/admin/grants?task=buy_orders', heading: 'Grants' },
    typed: { 'Host calls of a run': '999999999', 'Orders a day': '9' },
    send: async (page) => {
      await press(page, 'Save…');
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
    },
    wrong: 'Host calls of a run',
    says: '1000000; this is 999999999',
  },
  {
    form: 'why an order is cancelled',
    place: { path: '/orders?order=U1-20261116-0002', heading: 'Orders' },
    open: (page) => press(page, 'Cancel the order'),
    typed: { 'Reason (kept with the order)': ZERO_WIDTH },
    send: (page) => page.getByRole('button', { name: 'Cancel the order' }).last().click(),
    wrong: 'Reason (kept with the order)',
    says: UNSEEN,
  },
  {
    form: 'why a signal is rejected',
    place: { path: '/signals', heading: 'Signals' },
    open: (page) => press(page, 'Reject ORBINDRA'),
    typed: { 'Reason (kept with the signal)': ZERO_WIDTH },
    send: (page) => confirm(page, 'Reject'),
    wrong: 'Reason (kept with the signal)',
    says: UNSEEN,
  },
  {
    form: 'how an alert is resolved',
    place: { path: '/alerts', heading: 'Alerts' },
    open: (page) => press(page, 'Resolve'),
    typed: { 'What was found': 'x'.repeat(501) },
    send: (page) => confirm(page, 'Resolve'),
    wrong: 'What was found',
    says: '500 characters',
  },
  {
    form: 'why a halt is lifted',
    place: { path: '/admin/halts', heading: 'Halts' },
    before: shows('system/halts', HALT),
    open: (page) => press(page, 'Lift'),
    typed: { 'What was found, and why orders may be sent again': ZERO_WIDTH },
    send: (page) => confirm(page, 'Lift'),
    wrong: 'What was found, and why orders may be sent again',
    says: UNSEEN,
  },
  {
    form: 'why a price jumped',
    place: { path: '/admin/halts', heading: 'Halts' },
    before: shows('market/price-jumps', JUMP),
    open: (page) => press(page, 'Explain'),
    typed: { 'What happened, such as a split, and why it may be bought again': ZERO_WIDTH },
    send: (page) => confirm(page, 'Explain'),
    wrong: 'What happened, such as a split, and why it may be bought again',
    says: UNSEEN,
  },
  {
    form: 'the capital, of which more is spent than the page knows',
    place: settings('capital'),
    before: (page) =>
      page.route('**/api/v1/user/capital', async (route) => {
        if (route.request().method() !== 'GET') return route.continue();
        const money: MoneyBody = await (await route.fetch()).json();
        return route.fulfill({ json: { ...money, free_paise: money.capital_paise } });
      }),
    typed: { 'Capital paid in altogether': '2000' },
    send: async (page) => {
      await press(page, 'Take out');
      await confirm(page, 'Take out');
    },
    wrong: 'Capital paid in altogether',
    says: 'neither invested, lost nor held back for open buys',
  },
  {
    form: 'the settings of a task, which its module does not describe any more',
    place: settings('tasks'),
    before: (page) =>
      page.route('**/api/v1/user/tasks/buy_orders/settings', (route) =>
        route.request().method() === 'GET' ? route.fulfill({ json: DESCRIBED }) : route.continue(),
      ),
    typed: { Patience: '7' },
    send: (page) => press(page, 'Save'),
    wrong: (page) => page.getByRole('main').getByRole('status'),
    says: 'buy_orders',
  },
];
