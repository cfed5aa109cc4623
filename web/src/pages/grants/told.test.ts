import { expect, test } from 'vitest';
import { limitExact, limitTold } from './told';

test('two limits that differ are told apart where one has to choose between them', () => {
  expect([limitTold('cpu_ms', 1990), limitTold('cpu_ms', 1950)]).toEqual(['1.9 s', '1.9 s']);
  expect([limitExact('cpu_ms', 1990), limitExact('cpu_ms', 1950)]).toEqual(['1,990', '1,950']);
  expect(limitExact('max_order_value_paise', 12_345_650)).toBe('₹1,23,456.50');
  expect(limitExact('orders_per_day', null)).toBe('no limit');
});
