import { expect, test } from 'vitest';
import { stripDays } from './strip';

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
