import { expect, test } from 'vitest';
import type { Schedule } from '../../api/schedules';
import { afterWords, ruleWords, scheduleText } from '../schedules/rule';
import { changesOf, draftOf, isWrong, noDescription, scheduleOf, withNewRule } from './draft';
import { refusedWords } from './words';

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

test('a time that is none is told beside its field, and the daemon is not asked', () => {
  const draft = draftOf(saved);
  const [rule] = draft.rules;
  if (!rule) throw new Error('no rule');
  const withRule = (changed: Partial<typeof rule>) => ({
    ...draft,
    rules: [{ ...rule, ...changed }],
  });
  expect(isWrong(draft)).toBe(false);
  expect(isWrong(withRule({ time: '25:00' }))).toBe(true);
  expect(isWrong(withRule({ time: '16:05:00' }))).toBe(true);
  // The end belongs to rules of another kind.
  expect(isWrong(withRule({ end_time: '' }))).toBe(false);
  expect(isWrong(withRule({ kind: 'hourly', end_time: '' }))).toBe(true);
  expect(isWrong({ ...draft, after: { ...draft.after, latest: '24:00' } })).toBe(true);
  expect(noDescription({ ...draft, description: 'x'.repeat(513) })).toContain('this has 513');
});

test('what the daemon says of a part is told of what people see', () => {
  const told = (detail: string) =>
    refusedWords({ title: '', next: '', code: 'invalid_schedule', detail });
  expect(told('Rules[0]: "25:00" is not a time.')).toBe('Rule 1: "25:00" is not a time.');
  expect(told('After.latest is not a time.')).toBe('Waits at most until (IST) is not a time.');
});
