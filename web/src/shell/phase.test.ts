import { expect, test } from 'vitest';
import type { CalendarDay } from '../api/schema';
import { phaseNow } from './phase';

const at = (time: string) => `2026-11-27T${time}:00.000+05:30`;
const today: CalendarDay = {
  assumed: false,
  closing_auction_phases: [],
  day: '2026-11-27',
  note: '',
  open: true,
  phases: [
    { phase: 'pre_open', starts_at: at('09:00'), ends_at: at('09:08') },
    { phase: 'continuous', starts_at: at('09:15'), ends_at: at('15:30') },
    { phase: 'post_close', starts_at: at('15:30'), ends_at: at('16:00') },
  ],
  presumed: false,
  settlement: true,
  settles_on: null,
  special: false,
};
const calendar = {
  today,
  phase: 'closed',
  known_through: '2026-12-31',
  next_open_day: '2026-11-30',
  now_at: at('09:00'),
};

test.each([
  ['08:59', 'closed', 'pre_open', '09:00'],
  ['09:00', 'pre_open', 'closed', '09:08'],
  ['09:10', 'closed', 'continuous', '09:15'],
  ['15:29', 'continuous', 'post_close', '15:30'],
  ['15:30', 'post_close', 'closed', '16:00'],
])('at %s it is %s, then %s at %s', (time, phase, next, then) => {
  expect(phaseNow(calendar, Date.parse(at(time)))).toEqual({
    phase,
    next: { phase: next, at: at(then) },
  });
});

test('after the last phase nothing more happens today', () => {
  expect(phaseNow(calendar, Date.parse(at('16:00')))).toEqual({ phase: 'closed', next: null });
});
