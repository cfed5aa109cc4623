import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { pageError } from '../../api/problems';
import type { TaskView } from '../../api/schema';
import { tasksQuery } from '../../api/tasks';
import { type Column, DataTable } from '../../parts/DataTable';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { AdminOnly } from '../../shell/AdminOnly';
import { Adding } from './Adding';
import { forWhom } from './forWhom';
import { TaskDrawer } from './TaskDrawer';
import css from './Tasks.module.css';
import { words } from './words';

const route = getRouteApi('/inside/admin/tasks');

const COLUMNS: readonly Column<TaskView>[] = [
  { id: 'title', header: words.task, cell: ({ title }) => title, sortBy: ({ title }) => title },
  { id: 'name', header: words.name, cell: ({ task }) => <code>{task}</code>, optional: true },
  { id: 'whom', header: words.forWhom, cell: forWhom },
  {
    id: 'trades',
    header: words.trades,
    cell: ({ trades }) => (trades ? words.yes : words.no),
    sortBy: ({ trades }) => Number(trades),
  },
  { id: 'strategy', header: words.strategy, cell: ({ strategy }) => strategy, optional: true },
  {
    id: 'rank',
    header: words.rank,
    align: 'right',
    cell: ({ rank }) => rank,
    sortBy: ({ rank }) => rank,
  },
  {
    id: 'origin',
    header: words.origin,
    cell: ({ built_in }) => (built_in ? words.builtIn : words.added),
  },
  {
    id: 'description',
    header: words.description,
    cell: ({ description }) => description,
    grow: true,
    wrap: true,
  },
];

/** What there is to run; admins add, look at and remove tasks. */
export function TasksPage() {
  return (
    <AdminOnly>
      <Tasks />
    </AdminOnly>
  );
}

function Tasks() {
  const tasks = useQuery(tasksQuery);
  const { task } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: string | undefined) =>
    void navigate({ search: (search) => ({ ...search, task: next }) });
  const failed = tasks.isError && !tasks.data;
  const items = tasks.data?.items ?? [];
  return (
    <PageFrame title={words.title} note={words.note}>
      <Section flush title={words.table} note={words.tableNote}>
        <PageState
          loading={tasks.isPending}
          error={failed ? pageError(tasks.error, () => void tasks.refetch()) : null}
          empty={items.length === 0 && { title: words.emptyTitle, text: words.emptyText }}
        >
          <DataTable
            label={words.title}
            rows={items}
            columns={COLUMNS}
            rowId={(row) => row.task}
            onOpen={(row) => show(row.task)}
            card={(row) => (
              <div className={css.card}>
                <strong>{row.title}</strong>
                <span className={css.soft}>
                  {forWhom(row)}, {row.built_in ? words.builtIn : words.added}
                </span>
                <span>{row.description}</span>
              </div>
            )}
          />
        </PageState>
      </Section>
      <Adding />
      <TaskDrawer task={items.find((one) => one.task === task)} onClose={() => show(undefined)} />
    </PageFrame>
  );
}
