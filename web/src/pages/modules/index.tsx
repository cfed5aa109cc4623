import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { modulesQuery } from '../../api/modules';
import { pageError } from '../../api/problems';
import { tasksQuery } from '../../api/tasks';
import { bytes } from '../../format/numbers';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { AdminOnly } from '../../shell/AdminOnly';
import { infoOf, shortHash } from './info';
import css from './Modules.module.css';
import { type ModuleRow, moduleRows } from './rows';
import { VersionMarks } from './VersionMarks';
import { words } from './words';

const COLUMNS: readonly Column<ModuleRow>[] = [
  {
    id: 'task',
    header: words.task,
    cell: (row) => <TaskLink row={row} />,
    sortBy: ({ title }) => title,
  },
  { id: 'active', header: words.active, cell: (row) => <Active row={row} /> },
  {
    id: 'needs',
    header: words.needs,
    cell: ({ versions }) => <VersionMarks versions={versions} />,
    grow: true,
  },
  {
    id: 'versions',
    header: words.versions,
    align: 'right',
    cell: ({ versions }) => versions.length,
    sortBy: ({ versions }) => versions.length,
  },
  {
    id: 'origin',
    header: words.origin,
    cell: ({ active }) => active && words.origins[active.origin],
  },
  {
    id: 'size',
    header: words.size,
    align: 'right',
    cell: ({ active }) => active && bytes(active.size_bytes),
    sortBy: ({ active }) => active?.size_bytes ?? null,
  },
  {
    id: 'since',
    header: words.since,
    cell: ({ active }) => <Instant at={active?.added_at ?? null} day />,
  },
  {
    id: 'hash',
    header: words.hash,
    cell: ({ active }) => <code>{active && shortHash(active.hash)}</code>,
    optional: true,
  },
];

function TaskLink({ row: { task, title } }: { row: ModuleRow }) {
  return (
    <Link to="/admin/modules/$task" params={{ task }} className={css.link}>
      {title}
    </Link>
  );
}

function Active({ row: { active } }: { row: ModuleRow }) {
  if (!active) return <span className={css.soft}>{words.noneActive}</span>;
  return words.version(active.version, infoOf(active).version);
}

export function ModulesPage() {
  return (
    <AdminOnly>
      <Modules />
    </AdminOnly>
  );
}

function Modules() {
  const navigate = useNavigate();
  const modules = useQuery(modulesQuery);
  const tasks = useQuery(tasksQuery);
  const rows = useMemo(
    () => moduleRows(tasks.data?.items ?? [], modules.data?.items ?? []),
    [tasks.data, modules.data],
  );
  const failed = [modules, tasks].find(({ isError, data }) => isError && !data);
  const isReady = modules.data && tasks.data;
  return (
    <PageFrame title={words.title} note={words.note}>
      <Section flush title={words.table}>
        <PageState
          loading={!isReady && !failed}
          error={failed ? pageError(failed.error, () => void failed.refetch()) : null}
          empty={rows.length === 0 && { title: words.emptyTitle, text: words.emptyText }}
        >
          <DataTable
            label={words.table}
            rows={rows}
            columns={COLUMNS}
            rowId={({ task }) => task}
            onOpen={({ task }) => void navigate({ to: '/admin/modules/$task', params: { task } })}
            card={(row) => (
              <div className={css.card}>
                <TaskLink row={row} />
                <span>
                  <Active row={row} />
                </span>
                <VersionMarks versions={row.versions} />
              </div>
            )}
          />
        </PageState>
      </Section>
    </PageFrame>
  );
}
