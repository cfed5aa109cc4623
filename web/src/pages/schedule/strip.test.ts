import { expect, test } from 'vitest';
import { daysOf, stripDays } from './strip';

test('a week is a column that begins on Monday', () => {
  // A Friday, the Monday after it, and a year later.
  const days = stripDays('2026-11-27', [
    ['2026-11-27', 1],
    ['2026-11-30', 375],
    ['2027-11-26', 1],
  ]);
  expect(days.map(({ column, row }) => [column, row])).toEqual([
    [0, 4],
    [1, 0],
    [52, 4],
  ]);
});

test('a daemon that tells totals only has no days', () => {
  const year = {
    days_with_slots: 1,
    from: '2026-11-27',
    presumed_from: null,
    runs: 1,
    slots: 1,
    through: '2027-11-27',
    trading_days: 250,
  };
  const told = { ...year, days: [['2026-11-27', 1]] };
  expect(daysOf(year)).toBeNull();
  expect(daysOf(told)).toEqual([['2026-11-27', 1]]);
});
