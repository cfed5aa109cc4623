import { expect, test } from 'vitest';
import type { HoldingDifference } from '../../api/schema';
import { costOf, isMissing, needsCost } from './cost';

test('a price is typed in rupees as people write them', () => {
  const typed = ['1234.5', ' 1,23,456.05 ', '₹ 80', '0.01', '10,00,000'];
  expect(typed.map(costOf)).toEqual([123_450, 12_345_605, 8_000, 1, 100_000_000]);
});

test('what is no price of a share is none', () => {
  const typed = ['', '0', '-5', '12.345', '1e3', 'ten', '10,00,000.01', '1 000'];
  expect(typed.map(costOf)).toEqual(typed.map(() => null));
});

test('a cost is needed where shares came whose cost the broker does not know', () => {
  const bought: HoldingDifference = {
    id: 1,
    user: 2,
    symbol: 'TCS',
    cause: 'external_purchase',
    quantity: 5,
    broker_quantity: 15,
    book_quantity: 10,
    broker_cost_paise: null,
    state: 'open',
    seen_at: '2026-11-16T10:00:00.000+05:30',
    ended_at: null,
    decided_by: null,
    price_paise: null,
    estimated: false,
    strategy: null,
    detail: '',
  };
  expect([isMissing(bought), needsCost(bought)]).toEqual([false, true]);
  expect(needsCost({ ...bought, broker_cost_paise: 8_000 })).toBe(false);
  const missing: HoldingDifference = { ...bought, cause: 'unexplained' };
  expect([isMissing(missing), needsCost(missing)]).toEqual([true, false]);
});
