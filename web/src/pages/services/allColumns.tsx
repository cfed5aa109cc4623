import { Link } from '@tanstack/react-router';
import type { ServiceStatus } from '../../api/schema';
import { count } from '../../format/numbers';
import { taskWord } from '../../format/task';
import type { Column } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { Choose } from './Choose';
import { NearInstant } from './NearInstant';
import css from './Services.module.css';
import { StateWord } from './StateWord';
import { words } from './words';

function UserName({ row }: { row: ServiceStatus }) {
  return (
    <Link to="/services" search={{ user: row.user }} className={css.link}>
      {row.user_name}
    </Link>
  );
}

function tasksOf(row: ServiceStatus): string {
  return row.individual.map(({ task }) => taskWord(task)).join(', ');
}

function RestartNeeded({ row }: { row: ServiceStatus }) {
  return row.restart_needed ? <span className={css.warn}>▲ {words.troubleRestart}</span> : null;
}

function Failures({ row }: { row: ServiceStatus }) {
  if (row.error_count === 0) return <span className="figure">0</span>;
  return (
    <span className={`figure ${css.bad}`} title={row.last_error}>
      {count(row.error_count)}
    </span>
  );
}

/** Who is chosen, and what a tick in front of a name does. */
interface Choice {
  chosen: ReadonlySet<number>;
  onChange: (user: number, isChosen: boolean) => void;
}

function Tick({ row, choice }: { row: ServiceStatus; choice: Choice }) {
  return (
    <Choose
      name={row.user_name}
      isChosen={choice.chosen.has(row.user)}
      onChange={(isChosen) => choice.onChange(row.user, isChosen)}
    />
  );
}

/** The columns of the services of everybody, with a tick in front of each. */
export function columnsWith(choice: Choice): Column<ServiceStatus>[] {
  return [
    { id: 'choose', header: words.choose, cell: (row) => <Tick row={row} choice={choice} /> },
    ...allColumns,
  ];
}

const allColumns: readonly Column<ServiceStatus>[] = [
  {
    id: 'user',
    header: words.user,
    cell: (row) => <UserName row={row} />,
    sortBy: (row) => row.user_name,
  },
  {
    id: 'service',
    header: words.service,
    cell: (row) => <StateWord state={row.running ? 'running' : 'stopped'} />,
    sortBy: (row) => (row.running ? 0 : 1),
  },
  {
    id: 'since',
    header: words.since,
    cell: (row) => <Instant at={row.running ? (row.started_at ?? null) : null} day />,
    sortBy: (row) => (row.running ? (row.started_at ?? null) : null),
  },
  {
    id: 'executing',
    header: words.executing,
    cell: (row) => row.executing.map(taskWord).join(', ') || '–',
    sortBy: (row) => row.executing.length,
  },
  {
    id: 'last',
    header: words.lastTask,
    cell: (row) =>
      row.last_task ? (
        <>
          {taskWord(row.last_task)} {row.last_task_at && <NearInstant at={row.last_task_at} />}
        </>
      ) : (
        '–'
      ),
    sortBy: (row) => row.last_task_at ?? null,
  },
  {
    id: 'individual',
    header: words.individual,
    cell: (row) => <span title={tasksOf(row)}>{row.individual.length || '–'}</span>,
    sortBy: (row) => row.individual.length,
    align: 'right',
  },
  {
    id: 'failures',
    header: words.failures,
    cell: (row) => <Failures row={row} />,
    sortBy: (row) => row.error_count,
    align: 'right',
  },
  {
    id: 'restart',
    header: words.nextRestart,
    cell: (row) => <RestartNeeded row={row} />,
    sortBy: (row) => (row.restart_needed ? 0 : 1),
  },
  {
    id: 'heartbeat',
    header: words.heartbeat,
    cell: (row) => <Instant at={row.heartbeat_at ?? null} day />,
    sortBy: (row) => row.heartbeat_at ?? null,
    optional: true,
  },
];

/** The same on a narrow screen. */
export function userCard(choice: Choice) {
  return (row: ServiceStatus) => (
    <div className={css.card}>
      <span className={css.cardHead}>
        <span className={css.buttons}>
          <Tick row={row} choice={choice} />
          <UserName row={row} />
        </span>
        <StateWord state={row.running ? 'running' : 'stopped'} />
      </span>
      {row.executing.length > 0 && (
        <span>
          {words.executing}: {row.executing.map(taskWord).join(', ')}
        </span>
      )}
      {row.individual.length > 0 && (
        <span>
          {words.individual}: {tasksOf(row)}
        </span>
      )}
      {row.error_count > 0 && (
        <span>
          {words.failures}: <Failures row={row} />
        </span>
      )}
      <RestartNeeded row={row} />
    </div>
  );
}
