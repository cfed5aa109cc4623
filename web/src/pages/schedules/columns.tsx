import { Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schedule } from '../../api/schedules';
import { hourMinute } from '../../format/time';
import type { Column } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { ChangedBy } from './ChangedBy';
import { afterWords, rulesWords } from './rule';
import { ScheduleState } from './ScheduleState';
import css from './Schedules.module.css';
import { words } from './words';

export interface Selection {
  chosen: ReadonlySet<string>;
  toggle: (task: string) => void;
}

export function Select({ schedule, selection }: { schedule: Schedule; selection: Selection }) {
  const { task } = schedule;
  return (
    <Checkbox
      size="xs"
      aria-label={words.select(task)}
      checked={selection.chosen.has(task)}
      onChange={() => selection.toggle(task)}
    />
  );
}

export function NextSlot({ schedule }: { schedule: Schedule }) {
  const [next] = schedule.next;
  if (!next) return <span className={css.soft}>–</span>;
  return (
    <>
      <Instant at={next.due_at} day />{' '}
      {next.ends_at && <span className={css.soft}>{words.until(hourMinute(next.ends_at))}</span>}
    </>
  );
}

export function TaskLink({ task, title }: { task: string; title: string }) {
  return (
    <Link to="/schedules/$task" params={{ task }} className={css.link}>
      {title}
    </Link>
  );
}

/** `titles` are those of the tasks; a selection is offered to admins only. */
export function columnsOf(
  titles: ReadonlyMap<string, string>,
  selection: Selection | null,
): Column<Schedule>[] {
  const select: Column<Schedule> = {
    id: 'select',
    header: '',
    cell: (row) => selection && <Select schedule={row} selection={selection} />,
    width: 24,
  };
  const title = (row: Schedule) => titles.get(row.task) ?? row.task;
  return [
    ...(selection ? [select] : []),
    {
      id: 'task',
      header: words.task,
      cell: (row) => <TaskLink task={row.task} title={title(row)} />,
      sortBy: title,
    },
    { id: 'state', header: words.state, cell: (row) => <ScheduleState schedule={row} /> },
    { id: 'when', header: words.when, cell: ({ rules }) => rulesWords(rules), grow: true },
    {
      id: 'next',
      header: words.next,
      cell: (row) => <NextSlot schedule={row} />,
      sortBy: ({ next }) => next[0]?.due_at ?? null,
    },
    { id: 'waits', header: words.waits, cell: ({ after }) => afterWords(after), optional: true },
    {
      id: 'changed',
      header: words.changed,
      cell: (row) => <ChangedBy changed={row} />,
      sortBy: ({ changed_at }) => changed_at,
    },
  ];
}
