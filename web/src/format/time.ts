// India has no daylight saving: IST is a fixed +05:30, so days and times of day are plain
// arithmetic, whatever the zone of the browser.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY_MS = 24 * HOUR;
const IST_OFFSET = 5 * HOUR + 30 * MINUTE;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** An instant as the API writes it, or milliseconds since 1970. */
export type InstantLike = string | number;

export function toMs(instant: InstantLike): number {
  return typeof instant === 'number' ? instant : Date.parse(instant);
}

const two = (value: number): string => String(value).padStart(2, '0');

function msIntoDay(instant: InstantLike): number {
  const shifted = (toMs(instant) + IST_OFFSET) % DAY_MS;
  return shifted < 0 ? shifted + DAY_MS : shifted;
}

/** 15:35 */
export function hourMinute(instant: InstantLike): string {
  return timeOfDay(instant).slice(0, 5);
}

/** 15:35:07 */
export function timeOfDay(instant: InstantLike): string {
  const ms = msIntoDay(instant);
  if (Number.isNaN(ms)) return '–';
  return `${two(Math.floor(ms / HOUR))}:${two(Math.floor(ms / MINUTE) % 60)}:${two(Math.floor(ms / 1000) % 60)}`;
}

/** Minutes since midnight in India, with their fraction. */
export function minuteOfDay(instant: InstantLike): number {
  return msIntoDay(instant) / MINUTE;
}

/** The date in India, `2026-11-27`. */
export function dayOf(instant: InstantLike): string {
  return dateOfNumber(Math.floor((toMs(instant) + IST_OFFSET) / DAY_MS));
}

/** Days since 1970-01-01. */
function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

function dateOfNumber(day: number): string {
  return Number.isFinite(day) ? new Date(day * DAY_MS).toISOString().slice(0, 10) : '–';
}

/** Whether it is a date as the API writes it, and one that the calendar has. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && dateOfNumber(dayNumber(text)) === text;
}

/** Midnight in India at which that date begins. */
export function startOfDay(date: string): number {
  return dayNumber(date) * DAY_MS - IST_OFFSET;
}

/** The same as the API takes it. */
export function startInstant(date: string): string {
  return new Date(startOfDay(date)).toISOString();
}

export function addDays(date: string, days: number): string {
  return dateOfNumber(dayNumber(date) + days);
}

/** How many days from one date to the other; negative when it lies before. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** 0 is Sunday. */
export function weekday(date: string): number {
  return (((dayNumber(date) + 4) % 7) + 7) % 7;
}

/** `Fri 27 Nov`, with the year where it is not the one of `today`. */
export function dayName(date: string, today?: string): string {
  const [year = '', month = '1', day = ''] = date.split('-');
  const name = `${WEEKDAYS[weekday(date)] ?? ''} ${Number(day)} ${MONTHS[Number(month) - 1] ?? ''}`;
  return today !== undefined && today.slice(0, 4) !== year ? `${name} ${year}` : name;
}

/** `Fri 27 Nov 15:35:07` */
export function dayAndTime(instant: InstantLike): string {
  return `${dayName(dayOf(instant))} ${timeOfDay(instant)}`;
}

/** 850 ms, 4.2 s, 1 min 05 s, 2 h 03 min, 3 d 4 h */
export function duration(ms: number): string {
  const size = Math.max(0, ms);
  if (size < 1000) return `${Math.round(size)} ms`;
  if (size < MINUTE) return `${(Math.floor(size / 100) / 10).toFixed(1)} s`;
  if (size < HOUR) return `${Math.floor(size / MINUTE)} min ${two(Math.floor(size / 1000) % 60)} s`;
  if (size < DAY_MS)
    return `${Math.floor(size / HOUR)} h ${two(Math.floor(size / MINUTE) % 60)} min`;
  return `${Math.floor(size / DAY_MS)} d ${Math.floor(size / HOUR) % 24} h`;
}

/** 04:50:29, with days before it from one day on; nothing left is 00:00:00. */
export function countdown(ms: number): string {
  // Rounded up, so that zero is shown only when the moment has come.
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const clock = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const days = Math.floor(seconds / 86_400);
  return days > 0 ? `${days} d ${clock}` : clock;
}

export interface DayRange {
  from: string;
  through: string;
}

const firstOf = (year: number, month: number): string =>
  new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);

/** The calendar month of a date. */
export function monthOf(date: string): DayRange {
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7)) - 1;
  return { from: firstOf(year, month), through: addDays(firstOf(year, month + 1), -1) };
}

/** The quarter of a date; those of the calendar and of the tax year fall together. */
export function quarterOf(date: string): DayRange {
  const year = Number(date.slice(0, 4));
  const first = Math.floor((Number(date.slice(5, 7)) - 1) / 3) * 3;
  return { from: firstOf(year, first), through: addDays(firstOf(year, first + 3), -1) };
}

/** The Indian tax year of a date, April to March. */
export function taxYearOf(date: string): DayRange {
  const year = Number(date.slice(0, 4)) - (Number(date.slice(5, 7)) < 4 ? 1 : 0);
  return { from: `${year}-04-01`, through: `${year + 1}-03-31` };
}
