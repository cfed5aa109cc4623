import { Button } from '@mantine/core';
import type { useListState } from '../../api/listState';
import type { Order } from '../../api/schema';
import { type Column, DataTable } from '../../parts/DataTable';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { Tabs } from '../../parts/Tabs';
import { isFiltered, type OrderSearch, type OrderTab } from './filter';
import { OrderCard } from './OrderCard';
import { OrderDrawer } from './OrderDrawer';
import { OrderFilters } from './OrderFilters';
import css from './Orders.module.css';
import { useOrderSearch } from './useOrderSearch';
import { words } from './words';

interface Props {
  list: ReturnType<typeof useListState<Order>>;
  columns: readonly Column<Order>[];
  /** How many orders stand on each tab; undefined where nobody has counted them. */
  counts: readonly { id: OrderTab; shown: string | undefined }[];
  /** The one user whose orders they are; undefined for those of the caller or of everybody. */
  user?: number | undefined;
  isOfAll?: boolean;
}

/** The list with its tabs and filters, and the story of the order that is open. */
export function OrderList({ list, columns, counts, user, isOfAll = false }: Props) {
  const { search, tab, change, clear } = useOrderSearch();
  const { items, state, table } = list;
  const tabs = counts.map(({ id, shown }) => ({
    id,
    word: words.tabs[id],
    count: shown,
    urgent: id === 'unknown' && shown !== undefined && shown !== '0',
  }));
  return (
    <Panel label={words.list}>
      <Tabs
        label={words.list}
        tabs={tabs}
        chosen={tab}
        onChoose={(chosen) => change({ tab: chosen })}
      />
      {tab === 'unknown' && items.length > 0 && <p className={css.band}>{words.unknownNote}</p>}
      <div className={css.filters}>
        <OrderFilters
          search={search}
          onChange={(id, value) => change({ [id]: value })}
          onClear={clear}
        />
      </div>
      <PageState {...state} empty={items.length === 0 && !table.more && emptyWords(search, clear)}>
        <DataTable
          label={words.list}
          rows={items}
          columns={columns}
          rowId={({ id }) => id}
          onOpen={({ id }) => change({ order: id })}
          card={(order) => <OrderCard order={order} isOfAll={isOfAll} />}
          {...table}
        />
      </PageState>
      <OrderDrawer id={search.order} user={user} onClose={() => change({ order: undefined })} />
    </Panel>
  );
}

function emptyWords(search: OrderSearch, clear: () => void) {
  if (isFiltered(search)) {
    const action = (
      <Button variant="default" onClick={clear}>
        {words.clear}
      </Button>
    );
    return { title: words.noneFoundTitle, text: words.noneFound, action };
  }
  if (search.tab === 'unknown') return { title: words.noneUnknownTitle, text: words.noneUnknown };
  if (search.tab === 'open') return { title: words.noneOpenTitle, text: words.noneOpen };
  if (search.tab !== undefined && search.tab !== 'all') {
    return { title: words.noneInState(search.tab), text: words.none };
  }
  return { title: words.noneTitle, text: words.none };
}
