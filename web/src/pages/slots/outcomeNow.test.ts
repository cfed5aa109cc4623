import { expect, test } from 'vitest';
import type { LedgerSlot, TaskView, UserLanes } from '../../api/schema';
import { byClock, byLanes } from './outcomeNow';

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
  ticks: { expected: 375, failed: 0, last_at: null, missed: 0, ran: 0, skipped: 0 },
  user: 2,
  user_name: 'asha',
};
const analysis: LedgerSlot = { ...sell, task: 'analysis', kind: 'one_shot', ends_at: null };

const lanes = (
  state: 'due' | 'overdue',
  ticks: UserLanes['tasks'][number]['ticks'] = [],
): UserLanes => ({
  user: 2,
  user_name: 'asha',
  mode: 'paper',
  running: true,
  open_alerts: 0,
  troubled_slots: 0,
  unknown_orders: 0,
  tasks: [{ task: 'sell_monitor', slots: [['2026-11-27T03:45:00Z', state, null]], ticks }],
});

test('a slot stands as the daemon says it, as on Today', () => {
  expect(byLanes(lanes('overdue'))(sell, ms('09:16'))).toBe('overdue');
  expect(byLanes(lanes('due'))(sell, ms('12:00'))).toBe('due');
  const atWork = lanes('due', [['ran', at('09:15'), 45]]);
  expect(byLanes(atWork)(sell, ms('10:00'))).toBe('running');
});

test('until the daemon has said it, the clock says it', () => {
  expect(byLanes(undefined)(sell, ms('12:00'))).toBe('overdue');
  expect(byLanes(lanes('due'))(analysis, ms('09:20'))).toBe('due');
});

test('a slot with an outcome keeps it', () => {
  expect(byLanes(lanes('due'))({ ...sell, state: 'missed' }, ms('12:00'))).toBe('missed');
});

const task = (name: string, late: unknown): TaskView => ({
  accepted_at: at('09:00'),
  accepted_by: null,
  accepted_by_name: null,
  admins_only: false,
  built_in: true,
  description: '',
  manifest: { late },
  rank: 1,
  shared: false,
  strategy: 'rsi',
  task: name,
  title: name,
  trades: false,
});

test.each([
  ['until_next_open', '20:00', 'due'],
  [{ window: { millis: 600_000 } }, '09:30', 'due'],
  [{ window: { millis: 600_000 } }, '09:31', 'overdue'],
  [{ continue: { millis: 60_000 } }, '09:22', 'overdue'],
  [undefined, '09:22', 'due'],
  [undefined, '09:23', 'overdue'],
] as const)('a task that may be late %j is at %s', (late, time, outcome) => {
  expect(byClock([task('analysis', late)])(analysis, ms(time))).toBe(outcome);
});
