import { expect, test } from 'vitest';
import type { LedgerDay } from '../../api/schema';
import { countsOf } from './counts';

const none = {
  expected: 0,
  overdue: 0,
  ran: 0,
  late: 0,
  skipped: 0,
  missed: 0,
  failed: 0,
  ticks_expected: 0,
  ticks_ran: 0,
  ticks_failed: 0,
  ticks_missed: 0,
  ticks_skipped: 0,
};

const day: LedgerDay = {
  date: '2026-11-27',
  open: true,
  presumed: false,
  note: '',
  tasks: [
    { task: 'buy_orders', slots: { ...none, expected: 2, overdue: 1, ran: 4 } },
    { task: 'sell_monitor', slots: { ...none, missed: 1 } },
  ],
};

test('what is due and what is overdue are both open', () => {
  expect(countsOf(day, undefined)).toMatchObject({ open: 3, ran: 4, missed: 1, failed: 0 });
  expect(countsOf(day, 'sell_monitor')).toMatchObject({ open: 0, ran: 0, missed: 1 });
});
