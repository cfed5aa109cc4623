import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useListState } from '../../api/listState';
import type { UserAtAGlance } from '../../api/schema';
import { type UserFilter, usersAtAGlanceQuery } from '../../api/userAdmin';
import { DataTable } from '../../parts/DataTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { AdminOnly } from '../../shell/AdminOnly';
import { columns, UserCard } from './columns';
import { NewUserDialog } from './NewUserDialog';
import css from './Users.module.css';
import { words } from './words';

const route = getRouteApi('/inside/admin/users');

export function UsersPage() {
  return (
    <AdminOnly>
      <Users />
    </AdminOnly>
  );
}

const FIELDS: readonly FilterField[] = [
  { kind: 'text', id: 'q', label: words.find },
  {
    kind: 'choice',
    id: 'role',
    label: words.role,
    options: [
      { value: 'admin', label: words.roles.admin },
      { value: 'user', label: words.roles.user },
    ],
  },
  {
    kind: 'choice',
    id: 'state',
    label: words.state,
    options: [
      { value: 'active', label: words.active },
      { value: 'inactive', label: words.inactive },
    ],
  },
];

function Users() {
  const { q, role, state } = route.useSearch();
  const navigate = route.useNavigate();
  const [isAdding, setIsAdding] = useState(false);
  const filter: UserFilter = {
    limit: 100,
    sort: 'name',
    ...(q !== undefined && { q }),
    ...(role !== undefined && { role }),
    ...(state !== undefined && { active: state === 'active' }),
  };
  const list = useListState(useInfiniteQuery(usersAtAGlanceQuery(filter)));
  const open = ({ id }: UserAtAGlance) =>
    void navigate({ to: '/admin/users/$id', params: { id: String(id) }, search: {} });
  return (
    <PageFrame
      title={words.title}
      actions={<Button onClick={() => setIsAdding(true)}>{words.add}</Button>}
    >
      <Panel label={words.title}>
        <div className={css.filters}>
          <FilterBar
            fields={FIELDS}
            values={{ q, role, state }}
            onChange={(id, value) =>
              void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true })
            }
            onClear={() => void navigate({ search: {}, replace: true })}
          />
        </div>
        <PageState
          {...list.state}
          empty={list.items.length === 0 && { title: words.emptyTitle, text: words.empty }}
        >
          <DataTable
            label={words.title}
            rows={list.items}
            columns={columns}
            rowId={({ id }) => String(id)}
            onOpen={open}
            card={UserCard}
            {...list.table}
          />
        </PageState>
      </Panel>
      <NewUserDialog opened={isAdding} onClose={() => setIsAdding(false)} />
    </PageFrame>
  );
}
