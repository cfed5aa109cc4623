import { expect, test } from 'vitest';
import { counterValue, counterWord } from './counters';
import { lineSearch, runFilter } from './filter';

test('days in India become the instants at which they begin', () => {
  expect(runFilter({ from: '2026-11-27', through: '2026-11-27' })).toMatchObject({
    since: '2026-11-26T18:30:00.000Z',
    until: '2026-11-27T18:30:00.000Z',
  });
});

test('the first line of a log has the number 0', () => {
  expect(lineSearch({ line: 0 })).toEqual({ line: 0 });
  expect(lineSearch({ line: -1 })).toEqual({});
  expect(lineSearch({ line: 'x' })).toEqual({});
});

test('a figure in paise is shown as money', () => {
  expect(counterWord('bought_paise')).toBe('bought');
  expect(counterValue('bought_paise', 1_234_500)).toBe('₹12,345.00');
  expect(counterValue('orders_placed', 12_345)).toBe('12,345');
});
