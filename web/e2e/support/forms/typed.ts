import type { Page } from 'playwright-core';
import type { Place } from '../pages';
import { press } from './form';

/** A field, and texts in it that mean nothing or could mean two things. */
export interface Typed {
  field: string;
  place: Place;
  open?: (page: Page) => Promise<unknown>;
  /** What is typed, and a part of what is said against it beside the field. */
  texts: readonly (readonly [typed: string, says: string])[];
  /** The button that sends; in a dialog or a bar it stands beside the field. */
  send: string;
  /** Whether the button cannot be pressed; else it sends nothing. */
  isDisabled?: boolean;
}

const settings = (id: string): Place => ({ path: `/settings/${id}`, heading: 'Settings' });
const GRANTS: Place = { path: '/admin/grants?task=sell_monitor', heading: 'Grants' };

const COMMA = 'A fraction has a point';
const NO_WHOLE = 'This is no whole number.';

/** Every field of numbers and of symbols: one parser reads all of them. */
export const TYPED: readonly Typed[] = [
  {
    field: 'Orders a day',
    place: GRANTS,
    texts: [
      ['-1', 'The least is 0.'],
      ['1.5', NO_WHOLE],
      ['abc', NO_WHOLE],
      ['1,5', COMMA],
    ],
    send: 'Save',
    isDisabled: true,
  },
  {
    field: 'Host calls of a run',
    place: GRANTS,
    texts: [
      ['12.9', NO_WHOLE],
      ['', 'A number has to stand here'],
    ],
    send: 'Save',
    isDisabled: true,
  },
  {
    field: 'Largest buy, ₹',
    place: GRANTS,
    texts: [
      ['0,5', COMMA],
      ['-3', 'The least is ₹0.00.'],
      ['99999999999999999999', 'This is too large.'],
    ],
    send: 'Save',
    isDisabled: true,
  },
  {
    field: 'Only these symbols may be bought',
    place: GRANTS,
    texts: [['orbindra;no_such!', '"NO_SUCH!" is not a symbol']],
    send: 'Save',
    isDisabled: true,
  },
  {
    field: 'Limit above the pre-market price',
    place: settings('strategy'),
    texts: [['0,5', COMMA]],
    send: 'Save',
  },
  {
    field: 'Money for one position',
    place: settings('strategy'),
    texts: [['99999999999999999999', 'The most is ₹']],
    send: 'Save',
  },
  {
    field: 'RSI period',
    place: settings('strategy'),
    texts: [
      ['1,0', COMMA],
      ['0', 'The least is 1 session.'],
    ],
    send: 'Save',
  },
  {
    field: 'Max order value',
    place: settings('limits'),
    texts: [['1,5', COMMA]],
    send: 'Save',
  },
  {
    field: 'Allowed symbols',
    place: settings('limits'),
    texts: [['ORBINDRA, NO_SUCH!', '"NO_SUCH!" is not a symbol']],
    send: 'Save',
  },
  {
    field: 'Log lines',
    place: { path: '/admin/system', heading: 'System' },
    texts: [
      ['1,5', COMMA],
      ['0', 'The least is 1.'],
    ],
    send: 'Save',
  },
  {
    field: 'Money that the paper account opens with',
    place: { path: '/admin/users', heading: 'Users' },
    open: (page) => press(page, 'Add a user'),
    texts: [['2,5', COMMA]],
    send: 'Add',
    isDisabled: true,
  },
  {
    field: 'New shares',
    place: { path: '/admin/actions', heading: 'Corporate actions' },
    open: (page) => press(page, 'Add an action'),
    texts: [
      ['1,5', COMMA],
      ['0', 'The least is 1.'],
    ],
    send: 'Add',
    isDisabled: true,
  },
  {
    field: 'Ends after days',
    place: settings('tokens'),
    open: (page) => press(page, 'New token'),
    texts: [
      ['1.5', NO_WHOLE],
      ['-3', 'The least is 1.'],
    ],
    send: 'Make the token',
    isDisabled: true,
  },
  {
    field: 'Last trading days',
    place: { path: '/admin/modules/buy_orders', heading: 'Module of' },
    texts: [['1,5', COMMA]],
    send: 'Try it',
    isDisabled: true,
  },
  {
    field: 'Name',
    place: settings('tokens'),
    open: (page) => press(page, 'New token'),
    texts: [['x'.repeat(65), 'At most 64 characters; this has 65.']],
    send: 'Make the token',
    isDisabled: true,
  },
];
