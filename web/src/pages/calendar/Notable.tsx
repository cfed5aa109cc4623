import type { CalendarDay } from '../../api/schema';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Calendar.module.css';
import { hoursOf, isNotable, kindOf } from './days';
import { words } from './words';

function what(day: CalendarDay): string {
  if (kindOf(day) === 'session') return words.noSettlement;
  const word = day.open ? words.special : words.holiday;
  return day.assumed && day.open ? `${word}, ${words.assumed}` : word;
}

const COLUMNS: readonly Column<CalendarDay>[] = [
  { id: 'date', header: words.date, cell: ({ day }) => <Day date={day} /> },
  { id: 'what', header: words.what, cell: what, sortBy: what },
  { id: 'hours', header: words.hours, cell: hoursOf },
  { id: 'name', header: words.name, cell: ({ note }) => note, grow: true },
];

/** The holidays, special sessions and days without settlement of a year as a list. */
export function Notable({ days }: { days: readonly CalendarDay[] }) {
  const notable = days.filter(isNotable);
  return (
    <Section flush title={words.list}>
      <PageState empty={notable.length === 0 && { title: words.noneTitle, text: words.noneText }}>
        <DataTable
          label={words.list}
          rows={notable}
          columns={COLUMNS}
          rowId={({ day }) => day}
          card={(day) => (
            <div className={css.card}>
              <strong>
                <Day date={day.day} />
              </strong>
              <span className={css.soft}>
                {what(day)} {day.open && hoursOf(day)}
              </span>
              <span>{day.note}</span>
            </div>
          )}
        />
      </PageState>
    </Section>
  );
}
