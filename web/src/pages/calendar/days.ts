import type { CalendarDay } from '../../api/schema';
import { hourMinute, weekday } from '../../format/time';

type DayKind = 'session' | 'special' | 'holiday' | 'weekend';

export function kindOf({ open, special, day }: CalendarDay): DayKind {
  if (open) return special ? 'special' : 'session';
  return weekday(day) === 0 || weekday(day) === 6 ? 'weekend' : 'holiday';
}

/** What a day is out of the ordinary: a holiday, a special session, a day without settlement. */
export function isNotable(day: CalendarDay): boolean {
  const kind = kindOf(day);
  return kind === 'special' || kind === 'holiday' || (kind === 'session' && !day.settlement);
}

/** Of the trading itself, from its first phase to its last: 09:00–15:30. */
export function hoursOf({ phases }: CalendarDay): string {
  const [first] = phases;
  const last = phases.at(-1);
  return first && last ? `${hourMinute(first.starts_at)}–${hourMinute(last.ends_at)}` : '–';
}

export interface Month {
  /** From 0 on. */
  number: number;
  /** Empty places before the first day, for weeks that begin on Monday. */
  lead: number;
  days: CalendarDay[];
}

export function monthsOf(days: readonly CalendarDay[]): Month[] {
  const months = new Map<number, CalendarDay[]>();
  for (const day of days) {
    const number = Number(day.day.slice(5, 7)) - 1;
    months.set(number, [...(months.get(number) ?? []), day]);
  }
  return [...months].map(([number, of]) => ({
    number,
    lead: of[0] ? (weekday(of[0].day) + 6) % 7 : 0,
    days: of,
  }));
}
