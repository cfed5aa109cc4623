import type { CalendarDay } from '../../api/schema';
import { dayName } from '../../format/time';
import { Section } from '../../parts/Section';
import css from './Calendar.module.css';
import { hoursOf, kindOf, type Month, monthsOf } from './days';
import { words } from './words';

interface Props {
  year: number;
  today: string;
  days: readonly CalendarDay[];
}

/** Twelve months; what is out of the ordinary is marked. */
export function YearView({ year, today, days }: Props) {
  const sessions = days.filter(({ open }) => open).length;
  return (
    <Section title={words.year(year)} note={words.yearNote(sessions)} actions={<Legend />}>
      <div className={css.year}>
        {monthsOf(days).map((month) => (
          <MonthView key={month.number} month={month} today={today} />
        ))}
      </div>
    </Section>
  );
}

function Legend() {
  return (
    <ul className={css.legend}>
      <li>
        <span className={css.day} data-kind="holiday" aria-hidden="true" />
        {words.legend.holiday}
      </li>
      <li>
        <span className={css.day} data-kind="special" aria-hidden="true" />
        {words.legend.special}
      </li>
      <li>
        <span className={css.day} data-presumed aria-hidden="true" />
        {words.legend.presumed}
      </li>
    </ul>
  );
}

function MonthView({ month, today }: { month: Month; today: string }) {
  const { number, lead, days } = month;
  return (
    <section className={css.month} aria-label={words.months[number]}>
      <h3 className={css.monthName}>{words.months[number]}</h3>
      <div className={css.grid}>
        {words.weekdays.map((letter, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the letters of a week never change places
          <span key={index} className={css.weekday} aria-hidden="true">
            {letter}
          </span>
        ))}
        {days.map((day, index) => (
          <DayCell
            key={day.day}
            day={day}
            isToday={day.day === today}
            column={index === 0 ? lead + 1 : undefined}
          />
        ))}
      </div>
    </section>
  );
}

function DayCell(props: { day: CalendarDay; isToday: boolean; column: number | undefined }) {
  const { day, isToday, column } = props;
  const kind = kindOf(day);
  const said = [
    dayName(day.day),
    day.open ? `${words.session} ${hoursOf(day)}` : words.noSession,
    day.note,
    isToday ? words.legend.today : '',
  ];
  const title = said.filter(Boolean).join(', ');
  return (
    <span
      className={css.day}
      data-kind={kind}
      data-presumed={day.presumed || undefined}
      data-today={isToday || undefined}
      title={title}
      style={{ gridColumnStart: column }}
    >
      <span aria-hidden="true">{Number(day.day.slice(8))}</span>
      {/* Ordinary days are told by the rest; 365 sentences are no help to anybody who listens. */}
      {(kind === 'holiday' || kind === 'special' || isToday) && (
        <span className="visually-hidden">{title}</span>
      )}
    </span>
  );
}
