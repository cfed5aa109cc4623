import type {
  CalendarChanges,
  CalendarDay,
  CalendarDayChange,
  CalendarSlotChange,
  SlotView,
} from '../../api/schema';
import { taskWord } from '../../format/task';
import { hourMinute } from '../../format/time';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import css from './Calendar.module.css';
import { hoursOf } from './days';
import { words } from './words';

function told(day: CalendarDay): string {
  const said = day.open ? `${words.session} ${hoursOf(day)}` : words.noSession;
  return day.note === '' ? said : `${said}, ${day.note}`;
}

function times(slots: readonly SlotView[]): string {
  return slots.map(({ due_at }) => hourMinute(due_at)).join(', ') || '–';
}

const DAYS: readonly Column<CalendarDayChange>[] = [
  { id: 'day', header: words.date, cell: ({ after }) => <Day date={after.day} /> },
  { id: 'before', header: words.before, cell: ({ before }) => told(before) },
  { id: 'after', header: words.after, cell: ({ after }) => told(after), grow: true },
];

const SLOTS: readonly Column<CalendarSlotChange>[] = [
  { id: 'day', header: words.date, cell: ({ day }) => <Day date={day} /> },
  {
    id: 'task',
    header: words.task,
    cell: ({ task }) => taskWord(task),
    sortBy: ({ task }) => task,
  },
  { id: 'removed', header: words.removed, cell: ({ removed }) => times(removed) },
  { id: 'added', header: words.added, cell: ({ added }) => times(added), grow: true },
];

/** What a calendar would change. */
export function Changes({ changes }: { changes: CalendarChanges }) {
  const { days, differing_days, slots, differing_slots, warnings, failed } = changes;
  return (
    <div className={css.changes} role="status">
      <p className={css.soft}>
        {words.wouldKnow} <Day date={changes.known_through} /> →{' '}
        <Day date={changes.would_know_through} />
      </p>
      <Told title={words.warnings} lines={warnings} />
      <Told title={words.failed} lines={failed} />
      {differing_days === 0 ? (
        <p className={css.soft}>{words.nothingChanges}</p>
      ) : (
        <>
          <h3 className={css.heading}>{words.days(differing_days)}</h3>
          <DataTable
            label={words.days(differing_days)}
            rows={days}
            columns={DAYS}
            rowId={({ after }) => after.day}
            height="240px"
          />
        </>
      )}
      {differing_slots > 0 && (
        <>
          <h3 className={css.heading}>{words.slots(differing_slots)}</h3>
          <DataTable
            label={words.slots(differing_slots)}
            rows={slots}
            columns={SLOTS}
            rowId={({ day, task }) => `${day} ${task}`}
            height="240px"
          />
        </>
      )}
    </div>
  );
}

function Told({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div className={css.warning}>
      <h3 className={css.heading}>{title}</h3>
      <ul className={css.lines}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
