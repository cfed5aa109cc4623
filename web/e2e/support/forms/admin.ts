import type { Place } from '../pages';
import { addVersion, removeVersion } from '../versions';
import { confirm, type Form, inDialog, press } from './form';

const USERS: Place = { path: '/admin/users', heading: 'Users' };

const moduleOf = (task: string): Place => ({
  path: `/admin/modules/${task}`,
  heading: 'Module of',
});

/** What an admin sets for others and for all. */
export const ADMIN_FORMS: readonly Form[] = [
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
    form: 'a broker that misbehaves on purpose',
    place: { path: '/admin/users/2', heading: 'user2' },
    open: (page) => press(page, 'Have the broker misbehave'),
    typed: { 'One answer lost in': '1001' },
    send: (page) => confirm(page, 'Let it misbehave'),
    wrong: 'One answer lost in',
    says: 'a whole number from 1 to 1000; this is 1001',
  },
  {
    // Each part is within its bounds, and both together are too many new shares.
    form: 'a corporate action, by its figures',
    place: { path: '/admin/actions?symbol=ORBINDRA', heading: 'Corporate actions' },
    open: (page) => press(page, 'Add an action'),
    typed: {
      Kind: 'bonus',
      'Ex-date': '2026-12-15',
      'New shares': '1000',
      'For shares held': '1',
    },
    send: (page) => confirm(page, 'Add'),
    wrong: inDialog,
    says: 'on 2026-12-15 cannot be: 1000 new shares for 1 held are too many',
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
    // Of users and versions only those that there are can be chosen: one can be gone by the time it is sent.
    form: 'the pin of a user, to a version that is removed meanwhile',
    place: moduleOf('eod_cleanup'),
    before: (_, own) => addVersion(own, 'eod_cleanup'),
    open: async (page) => {
      await press(page, 'Actions for version 2');
      await page.getByRole('menuitem', { name: 'Pin a user…' }).click();
    },
    typed: { User: '2', 'Type eod_cleanup to go on': 'eod_cleanup' },
    meanwhile: (own) => removeVersion(own, 'eod_cleanup', 2),
    send: (page) => confirm(page, 'Pin user2'),
    route: /pins/,
    wrong: inDialog,
    says: 'is no version 2 of the module of eod_cleanup',
  },
];
