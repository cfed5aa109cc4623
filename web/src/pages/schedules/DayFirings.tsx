import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { pageError } from '../../api/problems';
import { testRunQuery } from '../../api/schedules';
import type { FiringView, TestRun } from '../../api/schema';
import { count } from '../../format/numbers';
import { dayOf, hourMinute } from '../../format/time';
import { useNow } from '../../parts/clock';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { DayChoice } from '../slots/DayChoice';
import { TaskLink } from './columns';
import css from './Schedules.module.css';
import { words } from './words';

const route = getRouteApi('/inside/schedules');

/** Everything that would fire on a date, in the order in which it does. */
export function DayFirings({ titles }: { titles: ReadonlyMap<string, string> }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  if (now === null) return null;
  const today = dayOf(now);
  const day = search.day ?? today;
  const choose = (next?: string) =>
    void navigate({
      // Today is shown as today also tomorrow.
      search: (all) => ({ ...all, day: next === today ? undefined : next }),
      replace: true,
    });
  return (
    <Section
      flush
      title={words.day}
      note={words.dayNote}
      actions={<DayChoice day={day} isToday={day === today} choose={choose} />}
    >
      <FiringsOf day={day} titles={titles} />
    </Section>
  );
}

function FiringsOf({ day, titles }: { day: string; titles: ReadonlyMap<string, string> }) {
  const run = useQuery({ ...testRunQuery(day), placeholderData: keepPreviousData });
  const failed = run.isError && !run.data;
  return (
    <PageState
      loading={run.isPending}
      error={failed ? pageError(run.error, () => void run.refetch()) : null}
    >
      {run.data && <Firings run={run.data} titles={titles} />}
    </PageState>
  );
}

function Firings({ run, titles }: { run: TestRun; titles: ReadonlyMap<string, string> }) {
  const columns = useMemo(() => firingColumns(titles), [titles]);
  const note = noteOf(run);
  return (
    <>
      {note !== '' && <p className={css.dayNote}>{note}</p>}
      {run.firings.length === 0 ? (
        run.open && <p className={css.dayNote}>{words.nothing}</p>
      ) : (
        <DataTable
          label={words.fires}
          rows={run.firings}
          columns={columns}
          rowId={({ task, slot }) => `${task} ${slot.due_at}`}
          card={(firing) => <Card firing={firing} title={titles.get(firing.task) ?? firing.task} />}
        />
      )}
      {run.disabled.length > 0 && (
        <p className={css.dayNote}>
          {words.off_} {run.disabled.map((task) => titles.get(task) ?? task).join(', ')}
        </p>
      )}
    </>
  );
}

function Due({ slot: { due_at, ends_at } }: Pick<FiringView, 'slot'>) {
  return (
    <>
      <Instant at={due_at} />{' '}
      {ends_at && <span className={css.soft}>{words.until(hourMinute(ends_at))}</span>}
    </>
  );
}

function Card({ firing: { task, slot }, title }: { firing: FiringView; title: string }) {
  return (
    <div className={css.firing}>
      <TaskLink task={task} title={title} />
      <span>
        <Due slot={slot} />
      </span>
    </div>
  );
}

function noteOf({ open, note, presumed, special }: TestRun): string {
  if (!open) return words.closed(note);
  if (presumed) return words.presumed;
  return special ? words.special(note) : '';
}

function firingColumns(titles: ReadonlyMap<string, string>): Column<FiringView>[] {
  return [
    {
      id: 'due',
      header: words.due,
      cell: ({ slot }) => <Due slot={slot} />,
    },
    {
      id: 'task',
      header: words.task,
      cell: ({ task }) => <TaskLink task={task} title={titles.get(task) ?? task} />,
      grow: true,
    },
    { id: 'runs', header: words.runs, align: 'right', cell: ({ slot }) => count(slot.ticks) },
  ];
}
