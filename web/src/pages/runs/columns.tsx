import { Link } from '@tanstack/react-router';
import type { Execution } from '../../api/schema';
import { bytes, count } from '../../format/numbers';
import { taskWord } from '../../format/task';
import { duration, toMs } from '../../format/time';
import type { Column } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { RunMark } from '../../parts/RunMark';
import css from './Runs.module.css';
import { processorTime } from './use';
import { triggerOf, words } from './words';

function Took({ run }: { run: Execution }) {
  const { duration_ms } = run;
  return <span className="figure">{duration_ms === null ? '–' : duration(duration_ms)}</span>;
}

/** How long after its slot was due a run began; null without a slot. */
function lateMs({ slot_due_at, started_at }: Execution): number | null {
  return slot_due_at ? toMs(started_at) - toMs(slot_due_at) : null;
}

function Late({ run }: { run: Execution }) {
  const ms = lateMs(run);
  return <span className="figure">{ms === null ? '–' : duration(ms)}</span>;
}

/** The columns of the list of runs. */
export const columns: readonly Column<Execution>[] = [
  {
    id: 'run',
    header: words.run,
    align: 'right',
    cell: (run) => (
      <Link to="/runs/$run" params={{ run: run.id }} className={css.link}>
        {run.id}
      </Link>
    ),
  },
  { id: 'started', header: words.started, cell: (run) => <Instant at={run.started_at} day /> },
  { id: 'task', header: words.task, cell: (run) => taskWord(run.task) },
  { id: 'outcome', header: words.outcome, cell: (run) => <RunMark outcome={run.outcome} /> },
  {
    id: 'took',
    header: words.took,
    align: 'right',
    cell: (run) => <Took run={run} />,
    sortBy: (run) => run.duration_ms,
  },
  {
    id: 'detail',
    header: words.detail,
    grow: true,
    cell: (run) => <span title={run.detail}>{run.detail}</span>,
  },
  {
    id: 'orders',
    header: words.orders,
    align: 'right',
    cell: (run) => count(run.usage.orders),
    sortBy: (run) => run.usage.orders,
  },
  { id: 'trigger', header: words.trigger, cell: triggerOf },
  {
    id: 'service',
    header: words.service,
    cell: (run) => (run.service ? words.services[run.service] : '–'),
    optional: true,
  },
  {
    id: 'late',
    header: words.late,
    align: 'right',
    cell: (run) => <Late run={run} />,
    sortBy: lateMs,
    optional: true,
  },
  {
    id: 'attempt',
    header: words.attempt,
    align: 'right',
    cell: (run) => count(run.attempt),
    sortBy: (run) => run.attempt,
    optional: true,
  },
  {
    id: 'cpu',
    header: words.cpu,
    align: 'right',
    cell: (run) => <span className="figure">{processorTime(run.usage.cpu_us)}</span>,
    sortBy: (run) => run.usage.cpu_us,
    optional: true,
  },
  {
    id: 'memory',
    header: words.memory,
    align: 'right',
    cell: (run) => <span className="figure">{bytes(run.usage.peak_memory_bytes)}</span>,
    sortBy: (run) => run.usage.peak_memory_bytes,
    optional: true,
  },
  {
    id: 'calls',
    header: words.calls,
    align: 'right',
    cell: (run) => count(run.usage.calls),
    sortBy: (run) => run.usage.calls,
    optional: true,
  },
];

/** Of everybody: whose each is, after its number. */
export const columnsOfAll: readonly Column<Execution>[] = [
  ...columns.slice(0, 1),
  {
    id: 'user',
    header: words.user,
    cell: ({ user, user_name }) => (
      <Link to="/runs" search={(search) => ({ ...search, user })} className={css.link}>
        {user_name}
      </Link>
    ),
  },
  ...columns.slice(1),
];

/** A run on a narrow screen. */
export function RunCard(run: Execution) {
  return <Card run={run} name={taskWord(run.task)} />;
}

export function RunCardOfAll(run: Execution) {
  return <Card run={run} name={`${taskWord(run.task)}, ${run.user_name}`} />;
}

function Card({ run, name }: { run: Execution; name: string }) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <strong>{name}</strong>
        <RunMark outcome={run.outcome} />
      </span>
      <span className={css.soft}>
        <Instant at={run.started_at} day /> · <Took run={run} /> · {triggerOf(run)}
      </span>
      <span className={css.detail}>{run.detail}</span>
    </div>
  );
}
