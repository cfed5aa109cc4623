import { expect, test } from 'vitest';
import type { Alert, Lane, LedgerSlot } from '../../api/schema';
import { daySpan, laneSlots, userLane } from './lanes';
import { needsOfLanes } from './needs';

const at = (time: string) => `2026-11-27T${time}:00.000+05:30`;
const ms = (time: string) => Date.parse(at(time));

const buy: Lane = { task: 'buy_orders', slots: [[at('16:05'), 'missed', null]], ticks: [] };
const sell: Lane = {
  task: 'sell_monitor',
  slots: [[at('09:15'), 'running', 7]],
  ticks: [
    ['ran', at('09:15'), 45],
    ['failed', at('10:00'), 1],
    ['due', at('10:01'), 329],
  ],
};
const missed: LedgerSlot = {
  attempts: 0,
  date: '2026-11-27',
  due_at: '2026-11-27T10:35:00Z',
  ends_at: null,
  execution: null,
  free_at: null,
  kind: 'one_shot',
  reason: 'the daemon was down',
  retry_at: null,
  state: 'missed',
  task: 'buy_orders',
  ticks: { expected: 0, failed: 0, last_at: null, missed: 0, ran: 0, skipped: 0 },
  user: 2,
  user_name: 'asha',
};
const alert: Alert = {
  code: 'slot_not_seen',
  detail: 'buy_orders was not seen',
  due_at: '2026-11-27T10:35:00Z',
  id: 4,
  raised_at: at('16:10'),
  resolution: '',
  resolved_at: null,
  resolved_by: null,
  subject: '',
  task: 'buy_orders',
  user: 2,
  user_name: 'asha',
};

test('a slot with minutes of its own lasts until the last of them', () => {
  const [slot] = laneSlots(sell, () => '');
  expect(slot).toMatchObject({ atMs: ms('09:15'), untilMs: ms('15:30'), outcome: 'running' });
  expect(slot?.ticks?.[1]).toEqual({
    outcome: 'failed',
    fromMs: ms('10:00'),
    untilMs: ms('10:01'),
  });
});

test('between two minutes that came in time a slot is at work', () => {
  const outcomeAfter = (outcome: 'ran' | 'skipped') =>
    laneSlots(
      {
        task: 'sell_monitor',
        slots: [[at('09:15'), 'due', null]],
        ticks: [
          [outcome, at('09:15'), 45],
          ['due', at('10:00'), 330],
        ],
      },
      () => '',
    )[0]?.outcome;
  expect(outcomeAfter('ran')).toBe('running');
  expect(outcomeAfter('skipped')).toBe('due');
});

test('each of two continuous slots has its own minutes', () => {
  const [first, second] = laneSlots(
    {
      ...sell,
      slots: [
        [at('09:15'), 'ran', 7],
        [at('10:00'), 'running', 8],
      ],
    },
    () => '',
  );
  expect(first?.untilMs).toBe(ms('10:00'));
  expect(second?.untilMs).toBe(ms('15:30'));
});

test('the slots of a user are named by their tasks', () => {
  expect(userLane([sell, buy]).map(({ note, untilMs }) => [note, untilMs])).toEqual([
    ['sell monitor', ms('15:30')],
    ['buy orders', null],
  ]);
});

test('the day is as wide as what is due', () => {
  const start = ms('00:00');
  expect(daySpan(start, [])).toEqual({ fromMs: ms('08:30'), toMs: ms('18:30') });
  const late = laneSlots({ ...buy, slots: [[at('20:00'), 'due', null]] }, () => '');
  expect(daySpan(start, late).toMs).toBe(ms('20:30'));
});

test('a slot in trouble is told with its reason, and not twice', () => {
  const needs = (alerts: Alert[]) => needsOfLanes([sell, buy], alerts, [missed]);
  expect(needs([]).map(({ text }) => text)).toEqual([
    'buy orders of 16:05 missed: the daemon was down',
  ]);
  expect(needs([alert])).toEqual([]);
});
