import { expect, test } from 'vitest';
import type { Schedule } from '../../api/schedules';
import { afterWords, ruleWords, scheduleText } from '../schedules/rule';
import { changesOf, draftOf, scheduleOf, withNewRule } from './draft';

const saved: Schedule = {
  // biome-ignore lint/suspicious/noThenProperty: the name that the API has for it
  after: { tasks: ['sell_monitor'], latest: '16:30', then: 'skip' },
  changed_at: '2026-11-27T10:00:00.000+05:30',
  changed_by: null,
  changed_by_name: null,
  created_at: '2026-11-27T10:00:00.000+05:30',
  created_by: null,
  created_by_name: null,
  description: 'Places the buys',
  enabled: true,
  flags: [],
  next: [],
  problem: null,
  rules: [{ kind: 'at', time: '16:05' }],
  task: 'buy_orders',
  version: 3,
};

test('a draft that was not touched is what is saved', () => {
  const { rules, after, enabled, description } = saved;
  expect(scheduleOf(draftOf(saved))).toEqual({ rules, after, enabled, description });
  expect(changesOf(draftOf(saved), saved)).toBe(0);
});

test('what was typed for one kind of rule is there again when it is chosen again', () => {
  const draft = draftOf(saved);
  const [rule] = draft.rules;
  if (!rule) throw new Error('it has a rule');
  const tried = { ...draft, rules: [{ ...rule, kind: 'script' as const, script: 'fn x' }] };
  expect(scheduleOf(tried).rules).toEqual([{ kind: 'script', script: 'fn x' }]);
  expect(changesOf(tried, saved)).toBe(1);
  expect(scheduleOf({ ...tried, rules: [{ ...rule, kind: 'at' }] }).rules).toEqual(saved.rules);
});

test('a rule that is added has a key of its own', () => {
  expect(withNewRule(draftOf(saved)).rules.map(({ key }) => key)).toEqual([0, 1]);
});

test('waiting for no task is waiting for nothing', () => {
  const draft = draftOf(saved);
  expect(scheduleOf({ ...draft, after: { ...draft.after, tasks: [] } }).after).toBeNull();
});

test('schedules in words', () => {
  expect(ruleWords({ kind: 'each_minute', time: '09:15', end_time: '15:30' })).toBe(
    'each minute 09:15–15:30',
  );
  expect(afterWords(saved.after)).toBe('sell monitor, until 16:30');
  expect(scheduleText(saved).split('\n')).toEqual([
    'state: on',
    'description: Places the buys',
    'due: at 16:05',
    'waits for: sell_monitor',
    'waits until: 16:30, then skip',
  ]);
});
