import { expect, test } from 'vitest';
import type { LedgerSlot } from '../../api/schema';
import { outcomeNow } from './outcomeNow';

const at = (time: string) => `2026-11-27T${time}:00.000+05:30`;
const ms = (time: string) => Date.parse(at(time));

const sell: LedgerSlot = {
  attempts: 0,
  date: '2026-11-27',
  due_at: at('09:15'),
  ends_at: at('15:30'),
  execution: null,
  free_at: null,
  kind: 'continuous',
  reason: '',
  retry_at: null,
  state: 'open',
  task: 'sell_monitor',
  ticks: { expected: 0, failed: 0, last_at: null, missed: 0, ran: 0, skipped: 0 },
  user: 2,
  user_name: 'asha',
};
const on = { running: true, executing: [] };
const off = { running: false, executing: [] };

test.each([
  ['09:00', on, 'due'],
  ['12:00', on, 'running'],
  ['12:00', off, 'overdue'],
  ['15:30', on, 'due'],
  ['15:40', on, 'overdue'],
] as const)('a continuous slot at %s', (time, service, outcome) => {
  expect(outcomeNow(sell, service, ms(time))).toBe(outcome);
});

test('a slot with an outcome keeps it', () => {
  expect(outcomeNow({ ...sell, state: 'missed' }, on, ms('12:00'))).toBe('missed');
});
