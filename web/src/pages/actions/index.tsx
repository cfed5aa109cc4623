import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { type ActionFilter, actionsQuery } from '../../api/actions';
import { useListState } from '../../api/listState';
import type { ListedAction } from '../../api/schema';
import { DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { AdminOnly } from '../../shell/AdminOnly';
import css from './Actions.module.css';
import { AddDialog } from './AddDialog';
import { ActionCard, columns } from './columns';
import { Doubted } from './Doubted';
import { Import } from './Import';
import { UndoDialog } from './UndoDialog';
import { words } from './words';

const route = getRouteApi('/inside/admin/actions');

export function ActionsPage() {
  return (
    <AdminOnly>
      <Actions />
    </AdminOnly>
  );
}

const FIELDS: readonly FilterField[] = [
  { kind: 'text', id: 'symbol', label: words.symbol },
  {
    kind: 'choice',
    id: 'state',
    label: words.state,
    options: [
      { value: 'announced', label: words.states.announced },
      { value: 'applied', label: words.states.applied },
      { value: 'undone', label: words.states.undone },
    ],
  },
  { kind: 'date', id: 'from', label: words.from },
  { kind: 'date', id: 'until', label: words.until },
];

/** What corporate actions are known; `?add` opens the form, as the explanation of a price jump does. */
function Actions() {
  const { add, day, ...search } = route.useSearch();
  const { symbol, state, from, until } = search;
  const navigate = route.useNavigate();
  const [undoing, setUndoing] = useState<ListedAction | null>(null);
  const filter: ActionFilter = {
    limit: 100,
    ...(symbol !== undefined && { symbol: symbol.toUpperCase() }),
    ...(state !== undefined && { state }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  const list = useListState(useInfiniteQuery(actionsQuery(filter)));
  const setAdding = (isAdding: boolean) =>
    void navigate({
      search: ({ add: _add, day: _day, ...rest }) => (isAdding ? { ...rest, add: true } : rest),
      replace: true,
    });
  return (
    <PageFrame
      title={words.title}
      note={words.note}
      actions={<Button onClick={() => setAdding(true)}>{words.add}</Button>}
    >
      <Doubted />
      <Panel label={words.list}>
        <div className={css.filters}>
          <FilterBar
            folds
            fields={FIELDS}
            values={{ symbol, state, from, until }}
            onChange={(id, value) =>
              void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true })
            }
            onClear={() => void navigate({ search: {}, replace: true })}
          />
          <DownloadTable path="/api/v1/system/actions" filter={filter} what="corporate actions" />
        </div>
        <PageState
          {...list.state}
          empty={
            list.items.length === 0 && {
              title: words.emptyTitle,
              text: isFiltered ? words.noneFit : words.empty,
            }
          }
        >
          <DataTable
            label={words.list}
            rows={list.items}
            columns={columns}
            rowId={({ id }) => String(id)}
            card={ActionCard}
            actions={(action) =>
              action.state !== 'undone' && (
                <Button size="compact-xs" variant="default" onClick={() => setUndoing(action)}>
                  {words.undo}
                </Button>
              )
            }
            {...list.table}
          />
        </PageState>
      </Panel>
      <Import />
      <AddDialog
        opened={add === true}
        symbol={symbol ?? ''}
        day={day ?? ''}
        onClose={() => setAdding(false)}
      />
      <UndoDialog action={undoing} onClose={() => setUndoing(null)} />
    </PageFrame>
  );
}
