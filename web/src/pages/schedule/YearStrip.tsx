import type { Year } from '../../api/schedules';
import { addDays, dayName, weekday } from '../../format/time';
import css from './Schedule.module.css';
import { daysOf, stripDays } from './strip';
import { words } from './words';

const CELL = 10;
const STEP = 12;
const WEEKS = 54;
const TOP = 16;
/** A name of a month is as wide as that; nearer to the end it would be cut off. */
const LABEL_WEEKS = 3;

/** A year as a strip of weeks, with a mark on each day on which the task is due. */
export function YearStrip({ year }: { year: Year }) {
  if (!year.from) return null;
  const marks = stripDays(year.from, daysOf(year));
  const most = Math.max(1, ...marks.map(({ runs }) => runs));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={css.stripScroller} tabIndex={0} aria-label={words.year}>
      <svg
        role="img"
        aria-label={words.strip}
        viewBox={`0 0 ${WEEKS * STEP} ${TOP + 7 * STEP}`}
        className={css.strip}
      >
        <Months from={year.from} />
        {marks.map(({ date, runs, column, row }) => (
          <rect
            key={date}
            x={column * STEP}
            y={TOP + row * STEP}
            width={CELL}
            height={CELL}
            rx={2}
            fill="var(--accent)"
            fillOpacity={0.45 + 0.55 * (runs / most)}
          >
            <title>{words.stripDay(dayName(date, year.from ?? date), runs)}</title>
          </rect>
        ))}
      </svg>
    </section>
  );
}

function Months({ from }: { from: string }) {
  const monday = addDays(from, -((weekday(from) + 6) % 7));
  const firsts = Array.from({ length: WEEKS }, (_, week) => ({
    week,
    date: addDays(monday, week * 7 + 6),
  })).filter(({ date, week }) => Number(date.slice(8)) <= 7 && week <= WEEKS - LABEL_WEEKS);
  return firsts.map(({ week, date }) => (
    <text key={date} x={week * STEP} y={10} className={css.month}>
      {dayName(date).split(' ').at(-1)}
    </text>
  ));
}
