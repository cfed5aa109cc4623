import type { Year } from '../../api/schedules';
import { daysBetween, weekday } from '../../format/time';

/** A day of the strip: a column a week, a row a day of the week from Monday on. */
interface StripDay {
  date: string;
  runs: number;
  column: number;
  row: number;
}

/** The days on which a task is due in a year, and where they stand. */
export function stripDays(from: string, days: readonly (readonly [string, number])[]): StripDay[] {
  const monday = (weekday(from) + 6) % 7;
  return days.map(([date, runs]) => {
    const offset = daysBetween(from, date) + monday;
    return { date, runs, column: Math.floor(offset / 7), row: offset % 7 };
  });
}

/** Each day with its number of runs. */
export function daysOf({ days }: Pick<Year, 'days'>): (readonly [string, number])[] {
  return days.filter(isDay);
}

function isDay(day: readonly (string | number)[]): day is readonly [string, number] {
  return typeof day[0] === 'string' && typeof day[1] === 'number';
}
