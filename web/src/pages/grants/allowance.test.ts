import { expect, test } from 'vitest';
import type { TaskAllowance } from '../../api/schema';
import { changesOf, rebased, withLimit } from './allowance';

const before: TaskAllowance = {
  capabilities: ['log', 'market'],
  symbols: null,
  max_order_value_paise: null,
  orders_per_day: 10,
  cpu_ms: 2000,
  memory_bytes: 64 << 20,
  calls: 2000,
  per_run: null,
  per_day: {
    decision_bytes: 1,
    decisions: 1,
    log_bytes: 1,
    notifications: 5,
    order_changes: 1,
    recording_bytes: 1,
    signals: 1,
  },
};

const looser = (after: TaskAllowance) =>
  changesOf(before, after).map(({ name, isLooser }) => [name, isLooser]);

test('nothing changed', () => {
  expect(changesOf(before, { ...before, capabilities: ['market', 'log'] })).toEqual([]);
});

test('a higher number, or none, is looser', () => {
  expect(looser(withLimit(before, 'cpu_ms', 3000))).toEqual([['cpu_ms', true]]);
  expect(looser(withLimit(before, 'orders_per_day', null))).toEqual([['orders_per_day', true]]);
  expect(looser(withLimit(before, 'max_order_value_paise', 100))).toEqual([
    ['max_order_value_paise', false],
  ]);
  expect(looser(withLimit(before, 'per_day.notifications', 4))).toEqual([
    ['per_day.notifications', false],
  ]);
});

test('a further capability is looser, fewer symbols are not', () => {
  expect(looser({ ...before, capabilities: ['log', 'broker-trade'] })).toEqual([
    ['capabilities', true],
  ]);
  expect(looser({ ...before, symbols: ['TCS'] })).toEqual([['symbols', false]]);
});

test('what one has changed is done to what another has saved, and the rest of theirs stays', () => {
  const mine = { ...withLimit(before, 'per_day.notifications', 4), symbols: ['TCS'] };
  const theirs = { ...withLimit(before, 'cpu_ms', 900), capabilities: ['log'], symbols: ['INFY'] };
  expect(rebased(before, mine, theirs)).toEqual({
    ...withLimit(theirs, 'per_day.notifications', 4),
    symbols: ['TCS'],
  });
  expect(rebased(before, before, theirs)).toEqual(theirs);
});
