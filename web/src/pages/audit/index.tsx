import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { type AuditFilter, auditQuery } from '../../api/audit';
import { useListState } from '../../api/listState';
import type { AuditEntry } from '../../api/schema';
import { useUserNames } from '../../api/useUserNames';
import { addDays, startInstant } from '../../format/time';
import { DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { AdminOnly } from '../../shell/AdminOnly';
import css from './Audit.module.css';
import { columns, EntryCard } from './columns';
import { EntryDrawer } from './EntryDrawer';
import { Verify } from './Verify';
import { words } from './words';

const route = getRouteApi('/inside/admin/audit');

export function AuditPage() {
  return (
    <AdminOnly>
      <Audit />
    </AdminOnly>
  );
}

function Audit() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { by, action, resource, since, until } = search;
  const fields = useFields();
  const filter = filterOf(search);
  const { items, state, table } = useListState(useInfiniteQuery(auditQuery(filter)));
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  return (
    <PageFrame title={words.title} note={words.note} actions={<Verify />}>
      <Panel label={words.title}>
        <div className={css.filters}>
          <FilterBar
            folds
            fields={fields}
            values={{ by, action, resource, since, until }}
            onChange={(id, value) =>
              void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true })
            }
            onClear={() => void navigate({ search: {}, replace: true })}
          />
          <DownloadTable path="/api/v1/audit" filter={filter} what="audit log" />
        </div>
        <PageState
          {...state}
          empty={items.length === 0 && { title: words.emptyTitle, text: words.empty }}
        >
          <DataTable
            label={words.title}
            rows={items}
            columns={columns}
            rowId={({ id }) => String(id)}
            onOpen={setOpened}
            card={EntryCard}
            {...table}
          />
        </PageState>
      </Panel>
      <EntryDrawer entry={opened} onClose={() => setOpened(null)} />
    </PageFrame>
  );
}

interface Search {
  by?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

function filterOf({ by, action, resource, since, until }: Search): AuditFilter {
  return {
    limit: 100,
    ...(by !== undefined && { user: Number(by) }),
    ...(action !== undefined && { action }),
    ...(resource !== undefined && { resource }),
    ...(since !== undefined && { since: startInstant(since) }),
    // The day that is named is meant to be among them.
    ...(until !== undefined && { until: startInstant(addDays(until, 1)) }),
  };
}

function useFields(): readonly FilterField[] {
  const names = useUserNames();
  return useMemo(
    () => [
      {
        kind: 'choice',
        id: 'by',
        label: words.by,
        options: [...names].map(([id, name]) => ({ value: String(id), label: name })),
      },
      { kind: 'text', id: 'action', label: words.action, placeholder: words.actionHint },
      { kind: 'text', id: 'resource', label: words.resource, placeholder: words.resourceHint },
      { kind: 'date', id: 'since', label: words.since },
      { kind: 'date', id: 'until', label: words.until },
    ],
    [names],
  );
}
