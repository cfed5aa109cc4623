import { describe, expect, it } from 'vitest';
import {
  addDays,
  countdown,
  DAY_MS,
  dayAndTime,
  dayName,
  dayOf,
  daysBetween,
  duration,
  hourMinute,
  minuteOfDay,
  monthOf,
  quarterOf,
  startOfDay,
  taxYearOf,
  timeOfDay,
  weekday,
} from './time';

describe('instants', () => {
  it('are shown in India, whatever offset they were written with', () => {
    expect(timeOfDay('2026-11-27T15:35:07.000+05:30')).toBe('15:35:07');
    expect(timeOfDay('2026-11-27T10:05:07Z')).toBe('15:35:07');
    expect(hourMinute('2026-11-27T10:05:07Z')).toBe('15:35');
    expect(dayAndTime('2026-11-26T18:30:00Z')).toBe('Fri 27 Nov 00:00:00');
    expect(minuteOfDay('2026-11-27T09:15:30+05:30')).toBe(555.5);
  });

  it('agree with the browser about every day', () => {
    const intl = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Asia/Kolkata',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    // A step that is prime in seconds visits every time of day and many dates.
    for (let ms = -5 * 365 * DAY_MS; ms < 80 * 365 * DAY_MS; ms += 7_777_777_000) {
      const [day, month, year] = dayOf(ms).split('-').reverse();
      expect(`${day}/${month}/${year}, ${timeOfDay(ms)}`).toBe(intl.format(ms));
    }
  });
});

describe('dates', () => {
  it('add and subtract to where they began', () => {
    for (let step = -3000; step <= 3000; step += 13) {
      const there = addDays('2026-02-28', step);
      expect(addDays(there, -step)).toBe('2026-02-28');
      expect(daysBetween('2026-02-28', there)).toBe(step);
      expect(weekday(there)).toBe((((6 + step) % 7) + 7) % 7);
      expect(dayOf(startOfDay(there))).toBe(there);
      expect(dayOf(startOfDay(there) - 1)).toBe(addDays(there, -1));
    }
  });

  it('fall into months, quarters and tax years', () => {
    for (let step = 0; step < 1500; step += 1) {
      const date = addDays('2023-12-31', step);
      for (const range of [monthOf(date), quarterOf(date), taxYearOf(date)]) {
        expect(range.from <= date && date <= range.through).toBe(true);
        expect(range.from.endsWith('-01')).toBe(true);
        expect(addDays(range.through, 1).endsWith('-01')).toBe(true);
      }
    }
    expect(monthOf('2028-02-10')).toEqual({ from: '2028-02-01', through: '2028-02-29' });
    expect(quarterOf('2026-11-27')).toEqual({ from: '2026-10-01', through: '2026-12-31' });
    expect(taxYearOf('2026-03-31')).toEqual({ from: '2025-04-01', through: '2026-03-31' });
    expect(taxYearOf('2026-04-01')).toEqual({ from: '2026-04-01', through: '2027-03-31' });
  });

  it('have names', () => {
    expect(dayName('2026-11-27')).toBe('Fri 27 Nov');
    expect(dayName('2025-01-02', '2026-11-27')).toBe('Thu 2 Jan 2025');
    expect(dayName('2026-01-02', '2026-11-27')).toBe('Fri 2 Jan');
  });
});

it('tells durations', () => {
  expect(duration(850)).toBe('850 ms');
  expect(duration(4_290)).toBe('4.2 s');
  expect(duration(59_999)).toBe('59.9 s');
  expect(duration(65_000)).toBe('1 min 05 s');
  expect(duration(7_380_000)).toBe('2 h 03 min');
  expect(duration(3 * DAY_MS + 4 * 3_600_000)).toBe('3 d 4 h');
});

it('counts down to zero and not below', () => {
  expect(countdown(17_429_000)).toBe('04:50:29');
  expect(countdown(1)).toBe('00:00:01');
  expect(countdown(0)).toBe('00:00:00');
  expect(countdown(-5000)).toBe('00:00:00');
  expect(countdown(2 * DAY_MS + 1000)).toBe('2 d 00:00:01');
});
