import { expect, test } from 'vitest';
import { limitRows } from './limits';

test('limits are told with their units, and not those that nobody has set', () => {
  const values = {
    kill_switch: true,
    max_order_value_paise: 50_000_000,
    max_buys_per_day: 50,
    allowed_symbols: null,
    blocked_symbols: ['IDEA', 'YESBANK'],
  };
  expect(limitRows(values)).toEqual([
    ['Most order value', '₹5,00,000.00'],
    ['Most buys per day', '50'],
    ['Blocked symbols', 'IDEA, YESBANK'],
  ]);
});
