import { expect, it } from 'vitest';
import type { UnknownOrder } from '../../api/schema';
import { evidenceOf } from './evidence';

const UNSEEN = {
  answer: null,
  looks: 0,
  last_looked_at: null,
  kept_looks: [],
  alike: [],
  holdings: null,
} as unknown as UnknownOrder;

it('says of an order that was not looked for yet that nothing is known', () => {
  expect(evidenceOf(UNSEEN).map(({ text }) => text)).toEqual([
    'not looked for yet',
    'nothing',
    'not known',
  ]);
});

it('says what the broker answered, how often it was looked for and what is like it', () => {
  const seen: UnknownOrder = {
    ...UNSEEN,
    answer: 'the broker gave no clear answer: timeout',
    looks: 3,
    last_looked_at: '2025-03-10T10:05:00.000+05:30',
    alike: [
      {
        broker_order_id: 'L7',
        quantity: 10,
        filled_quantity: 4,
        open: true,
        accepted_at: '2025-03-10T10:00:00.000+05:30',
      },
    ],
    holdings: 'the broker holds 4 shares of ABC and our books 0: the difference fits a part of it',
  };
  const texts = evidenceOf(seen).map(({ text }) => text);
  expect(texts).toHaveLength(4);
  expect(texts[0]).toMatch(/no clear answer: timeout/);
  expect(texts[1]).toBe('3 times, last Mon 10 Mar 10:05:00');
  expect(texts[2]).toBe('L7, 4 / 10 filled, stands there');
  expect(texts[3]).toMatch(/the difference fits a part of it/);
});
