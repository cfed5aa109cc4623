import { expect, test } from 'vitest';
import { limitShown, limitTyped } from './limits';

test('a limit is refused as it was typed, and never moved to a bound', () => {
  expect(limitTyped('orders_per_day', '-1')).toEqual({ why: 'The least is 0.' });
  expect(limitTyped('max_order_value_paise', '-3')).toEqual({ why: 'The least is ₹0.00.' });
  for (const text of ['12.9', '1.5', 'abc']) {
    expect(limitTyped('calls', text)).toEqual({ why: 'This is no whole number.' });
  }
  expect(limitTyped('max_order_value_paise', '0,5')).toHaveProperty('why');
  expect(limitTyped('calls', '1,50,000')).toEqual({ value: 150_000 });
});

test('an empty field is no limit where there may be none', () => {
  expect(limitTyped('orders_per_day', ' ')).toEqual({ value: null });
  expect(limitTyped('cpu_ms', '')).toHaveProperty('why');
});

test('what was typed stays while it is wrong or means the limit', () => {
  expect(limitShown('calls', 2000, 'abc')).toMatchObject({ text: 'abc' });
  expect(limitShown('calls', 2000, '2,000')).toEqual({ text: '2,000' });
  expect(limitShown('calls', 900, '2,000')).toEqual({ text: '900' });
  expect(limitShown('max_order_value_paise', null, undefined)).toEqual({ text: '' });
});
