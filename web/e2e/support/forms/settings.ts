import type { MoneyBody, TaskSettingsBody } from '../../../src/api/schema';
import { part } from '../answers';
import { DEMO_PASSWORD } from '../daemon';
import type { Place } from '../pages';
import { confirm, type Form, press, UNSEEN } from './form';

const settings = (id: string): Place => ({ path: `/settings/${id}`, heading: 'Settings' });

const PASSWORD = 'a long password that is new';

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

/** What a user sets for oneself. */
export const SETTINGS_FORMS: readonly Form[] = [
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
  {
    form: 'the limits, by a symbol',
    place: settings('limits'),
    typed: { 'Allowed symbols': 'ORBINDRA, NO_SUCH!', 'Max buys per day': '3' },
    send: (page) => press(page, 'Save'),
    wrong: 'Allowed symbols',
    says: '"NO_SUCH!" is not a symbol',
  },
];
