import { useMemo } from 'react';
import type { ServiceStatus } from '../../api/schema';
import { type Column, DataTable } from '../../parts/DataTable';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import type { TaskRow } from './rows';
import css from './Services.module.css';
import { TaskActions } from './TaskActions';
import { LastRunCell, NextRun, OwnService, Process } from './TaskCells';
import { words } from './words';

interface Props {
  rows: readonly TaskRow[];
  service: ServiceStatus;
  user: number | undefined;
  name: string | undefined;
}

/** Names the sentence that says why no task can be started by itself. */
const WHY_BLOCKED = 'why-no-single-start';

const columns: readonly Column<TaskRow>[] = [
  {
    id: 'task',
    header: words.task,
    cell: (row) => <span title={row.description}>{row.word}</span>,
    sortBy: (row) => row.word,
  },
  {
    id: 'next',
    header: words.next,
    cell: (row) => <NextRun status={row.status} />,
    sortBy: (row) => row.status.next_run_at ?? null,
  },
  {
    id: 'last',
    header: words.last,
    cell: (row) => <LastRunCell status={row.status} />,
    sortBy: (row) => row.status.last_run?.started_at ?? null,
  },
  {
    id: 'own',
    header: words.own,
    cell: (row) => <OwnService own={row.own} />,
    sortBy: (row) => row.own?.state ?? null,
  },
  {
    id: 'process',
    header: words.process,
    cell: (row) => <Process own={row.own} />,
    sortBy: (row) => row.own?.memory_bytes ?? null,
  },
];

/** Each task: when it is due, how its last run went, and its service if it has one of its own. */
export function Tasks({ rows, service, user, name }: Props) {
  const why = service.running ? WHY_BLOCKED : undefined;
  const actions = useMemo(
    () => (row: TaskRow) => <TaskActions row={row} user={user} name={name} whyBlocked={why} />,
    [user, name, why],
  );
  return (
    <Section title={words.tasks} note={words.tasksNote} flush>
      {service.running && (
        <p className={css.hint} id={WHY_BLOCKED}>
          {words.startBlocked}
        </p>
      )}
      <PageState
        empty={rows.length === 0 && { title: words.noTasksTitle, text: words.noTasksText }}
      >
        <DataTable
          label={words.tasks}
          rows={rows}
          columns={columns}
          rowId={({ task }) => task}
          actions={actions}
          card={TaskCard}
          height="none"
        />
      </PageState>
    </Section>
  );
}

function TaskCard(row: TaskRow) {
  return (
    <div className={css.card}>
      <span className={css.name}>{row.word}</span>
      <span>
        {words.next}: <NextRun status={row.status} />
      </span>
      <span>
        {words.last}: <LastRunCell status={row.status} />
      </span>
      {row.own && (
        <span>
          {words.own}: <OwnService own={row.own} />
        </span>
      )}
      <Process own={row.own} bare />
    </div>
  );
}
