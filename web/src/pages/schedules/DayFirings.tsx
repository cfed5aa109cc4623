import { Button, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { pageError } from '../../api/problems';
import { testRunQuery } from '../../api/schedules';
import type { FiringView, TestRun } from '../../api/schema';
import { count } from '../../format/numbers';
import { addDays, dayOf, hourMinute } from '../../format/time';
import { useNow } from '../../parts/clock';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { Icon } from '../../parts/icons/Icon';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useStepKeys } from '../../shell/useStepKeys';
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
  const day = search.day ?? dayOf(now);
  const choose = (next: string | undefined) =>
    void navigate({ search: (all) => ({ ...all, day: next }), replace: true });
  return (
    <Section
      flush
      title={words.day}
      note={words.dayNote}
      actions={<DayChoice day={day} onChoose={choose} />}
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

function DayChoice(props: { day: string; onChoose: (day: string | undefined) => void }) {
  const { day, onChoose } = props;
  useStepKeys((by) => onChoose(addDays(day, by)));
  return (
    <div className={css.days}>
      <Button
        size="sm"
        variant="default"
        aria-label={words.dayBefore}
        title={`${words.dayBefore} [`}
        onClick={() => onChoose(addDays(day, -1))}
      >
        <Icon name="left" />
      </Button>
      <TextInput
        type="date"
        size="sm"
        aria-label={words.date}
        value={day}
        onChange={(event) => event.currentTarget.value && onChoose(event.currentTarget.value)}
      />
      <Button
        size="sm"
        variant="default"
        aria-label={words.dayAfter}
        title={`${words.dayAfter} ]`}
        onClick={() => onChoose(addDays(day, 1))}
      >
        <Icon name="right" />
      </Button>
      <Button size="sm" variant="subtle" onClick={() => onChoose(undefined)}>
        {words.today}
      </Button>
    </div>
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
