import { useInfiniteQuery } from '@tanstack/react-query';
import { useListState } from '../../api/listState';
import { allOrdersQuery } from '../../api/orders';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageFrame } from '../../parts/PageFrame';
import { Whose } from '../../shell/Whose';
import { columnsWithUser } from './columns';
import { filterOf, stateFilter, TABS } from './filter';
import { OrderList } from './OrderList';
import { useOrderSearch } from './useOrderSearch';
import { words } from './words';

const tabs = TABS.map((id) => ({ id, shown: undefined }));

/** The orders of everybody; for admins. */
export function AllOrders() {
  const { search, tab, change } = useOrderSearch();
  const filter = { ...filterOf(search), ...stateFilter(tab) };
  const list = useListState(useInfiniteQuery(allOrdersQuery({ ...filter, limit: 100 })));
  return (
    <PageFrame
      title={words.titleAll}
      actions={
        <>
          <Whose mine={false} onChange={() => change({ mine: true, order: undefined })} />
          <DownloadTable path="/api/v1/system/orders" filter={filter} what="orders of everybody" />
        </>
      }
    >
      <OrderList list={list} columns={columnsWithUser} counts={tabs} />
    </PageFrame>
  );
}
