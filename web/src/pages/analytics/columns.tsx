import { Link } from '@tanstack/react-router';
import type { AnalyticsRow, Spread } from '../../api/schema';
import { bytes, count, decimal } from '../../format/numbers';
import { taskWord } from '../../format/task';
import { duration } from '../../format/time';
import { Change } from '../../parts/Change';
import type { Column } from '../../parts/DataTable';
import { Money } from '../../parts/Money';
import type { Group } from './search';
import { words } from './words';

const c = words.columns;
type RowColumn = Column<AnalyticsRow>;

/** A figure that may be missing, on the right. */
function figure(
  id: string,
  header: string,
  of: (row: AnalyticsRow) => number | null,
  shown: (value: number) => string,
): RowColumn {
  return {
    id,
    header,
    align: 'right',
    cell: (row) => {
      const value = of(row);
      return <span className="figure">{value === null ? '–' : shown(value)}</span>;
    },
    sortBy: of,
  };
}

const optional = (column: RowColumn): RowColumn => ({ ...column, optional: true });

function took(id: string, header: string, of: (spread: Spread) => number): RowColumn {
  return figure(id, header, (row) => row.duration_ms && of(row.duration_ms), duration);
}

function late(id: string, header: string, of: (spread: Spread) => number): RowColumn {
  return figure(id, header, (row) => row.lateness_ms && of(row.lateness_ms), duration);
}

const micros = (value: number) => duration(value / 1000);

export function percentOf(value: number): string {
  // All but a few of very many must not read as all.
  return `${decimal(value > 99.9 && value < 100 ? 99.9 : value, 1)} %`;
}

const figures: readonly RowColumn[] = [
  figure('executions', c.executions, (row) => row.executions, count),
  figure('success', c.success, (row) => row.success_percent, percentOf),
  took('p50', c.p50, ({ p50 }) => p50),
  took('p95', c.p95, ({ p95 }) => p95),
  optional(took('p99', c.p99, ({ p99 }) => p99)),
  took('longest', c.longest, ({ max }) => max),
  optional(late('late50', c.late50, ({ p50 }) => p50)),
  late('late95', c.late95, ({ p95 }) => p95),
  optional(late('late99', c.late99, ({ p99 }) => p99)),
  optional(late('latest', c.latest, ({ max }) => max)),
  figure('cpu', c.cpu, (row) => row.cpu_micros, micros),
  optional(figure('host', c.host, (row) => row.host_micros, micros)),
  optional(figure('memory', c.memory, (row) => row.peak_memory_bytes, bytes)),
  optional(figure('stored', c.stored, (row) => row.stored_bytes, bytes)),
  figure('orders', c.orders, (row) => row.orders, count),
];

const results: readonly RowColumn[] = [
  optional({
    id: 'realised',
    header: c.realised,
    align: 'right',
    cell: (row) => <Change paise={row.realised_paise} />,
    sortBy: (row) => row.realised_paise,
  }),
  optional({
    id: 'charges',
    header: c.charges,
    align: 'right',
    cell: (row) => <Money paise={row.charges_paise} plain />,
    sortBy: (row) => row.charges_paise,
  }),
  optional({
    id: 'income',
    header: c.income,
    align: 'right',
    cell: (row) => <Money paise={row.income_paise} plain />,
    sortBy: (row) => row.income_paise,
  }),
  {
    id: 'net',
    header: c.net,
    align: 'right',
    cell: (row) => <Change paise={row.net_paise} />,
    sortBy: (row) => row.net_paise,
  },
];

const user: RowColumn = {
  id: 'user',
  header: c.user,
  cell: (row) =>
    row.user === null ? (
      '–'
    ) : (
      <Link
        to="/analytics"
        search={({ from, through }) => ({ from, through, user: row.user ?? undefined })}
      >
        {row.user_name}
      </Link>
    ),
  sortBy: (row) => row.user_name,
};

export function nameOf(row: AnalyticsRow): string {
  if (row.user_name !== null) return row.user_name;
  return row.task === null ? words.unknownTask : taskWord(row.task);
}

const task: RowColumn = { id: 'task', header: c.task, cell: nameOf, sortBy: nameOf };

export function versionOf(row: AnalyticsRow): string {
  if (row.module_version !== null) return `${row.module_version}`;
  return row.module_hash === null ? '–' : row.module_hash.slice(0, 8);
}

const version: RowColumn = {
  id: 'version',
  header: c.version,
  align: 'right',
  cell: (row) => <span title={row.module_hash ?? undefined}>{versionOf(row)}</span>,
  sortBy: (row) => row.module_version,
};

/** The columns of a grouping; results only where the API can tell whose they are. */
export function columnsOf(by: Group, hasResults: boolean): readonly RowColumn[] {
  const first = { task: [task], version: [task, version], user: [user] }[by];
  return [...first, ...figures, ...(hasResults ? results : [])];
}

export const rowId = (row: AnalyticsRow): string =>
  `${row.user ?? ''}:${row.task ?? ''}:${row.module_hash ?? ''}`;
