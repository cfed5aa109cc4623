import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { grantsQuery } from '../../api/grants';
import { pageError } from '../../api/problems';
import type { TaskGrant } from '../../api/schema';
import { useAllRows } from '../../api/useAllRows';
import { usersQuery } from '../../api/users';
import { codeTitle } from '../../format/codes';
import { type Column, DataTable } from '../../parts/DataTable';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { AdminOnly } from '../../shell/AdminOnly';
import { GrantDrawer } from './GrantDrawer';
import css from './Grants.module.css';
import { limitTold } from './told';
import { Used } from './Used';
import { words } from './words';

const route = getRouteApi('/inside/admin/grants');

/** What each task may do and use, and what was used of it. */
export function GrantsPage() {
  return (
    <AdminOnly>
      <Grants />
    </AdminOnly>
  );
}

function Grants() {
  const grants = useQuery(grantsQuery);
  const users = useAllRows(useInfiniteQuery(usersQuery));
  const { task, whom } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: { task?: string | undefined; whom?: number | undefined }) =>
    void navigate({ search: (search) => ({ ...search, task: next.task, whom: next.whom }) });
  const names = useMemo(() => new Map(users.map(({ id, name }) => [id, name])), [users]);
  const columns = useMemo(() => columnsOf(names), [names]);
  const failed = grants.isError && !grants.data;
  const items = grants.data?.items ?? [];
  return (
    <PageFrame title={words.title} note={words.note}>
      <Section flush title={words.table}>
        <PageState
          loading={grants.isPending}
          error={failed ? pageError(grants.error, () => void grants.refetch()) : null}
        >
          <DataTable
            label={words.table}
            rows={items}
            columns={columns}
            rowId={({ task: of, user }) => `${of} ${user}`}
            onOpen={({ task: of, user }) => show({ task: of, whom: user ?? undefined })}
            card={(grant) => <Card grant={grant} names={names} />}
          />
        </PageState>
      </Section>
      <Used />
      <GrantDrawer
        grants={items}
        users={users}
        task={task}
        whom={whom}
        onWhom={(next) => show({ task, whom: next })}
        onClose={() => show({})}
      />
    </PageFrame>
  );
}

function whomOf({ user }: TaskGrant, names: ReadonlyMap<number, string>): string {
  return user === null ? words.everybody : (names.get(user) ?? `user ${user}`);
}

function Card({ grant, names }: { grant: TaskGrant; names: ReadonlyMap<number, string> }) {
  const { task, allowance } = grant;
  return (
    <div className={css.card}>
      <strong>{codeTitle(task)}</strong>
      <span className={css.soft}>
        {whomOf(grant, names)}, {words.limits.orders.toLowerCase()}:{' '}
        {limitTold('orders_per_day', allowance.orders_per_day ?? null)}
      </span>
      <span>{allowance.capabilities.join(', ')}</span>
    </div>
  );
}

function columnsOf(names: ReadonlyMap<number, string>): Column<TaskGrant>[] {
  return [
    {
      id: 'task',
      header: words.task,
      cell: ({ task }) => codeTitle(task),
      sortBy: ({ task }) => task,
    },
    { id: 'whom', header: words.forWhom, cell: (row) => whomOf(row, names) },
    {
      id: 'set',
      header: words.set,
      cell: ({ set }) => (set ? words.byOperator : words.byProgram),
    },
    {
      id: 'orders',
      header: words.limits.orders,
      align: 'right',
      cell: ({ allowance }) => limitTold('orders_per_day', allowance.orders_per_day ?? null),
    },
    {
      id: 'cpu',
      header: words.limits.cpu,
      align: 'right',
      cell: ({ allowance }) => limitTold('cpu_ms', allowance.cpu_ms),
    },
    {
      id: 'memory',
      header: words.limits.memory,
      align: 'right',
      cell: ({ allowance }) => limitTold('memory_bytes', allowance.memory_bytes),
    },
    {
      id: 'calls',
      header: words.limits.calls,
      align: 'right',
      cell: ({ allowance }) => limitTold('calls', allowance.calls),
    },
    {
      id: 'capabilities',
      header: words.capabilities,
      cell: ({ allowance }) => allowance.capabilities.join(', '),
      grow: true,
      wrap: true,
    },
  ];
}
