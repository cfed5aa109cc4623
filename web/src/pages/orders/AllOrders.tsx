import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useListState } from '../../api/listState';
import { allOrderSummaryQuery, allOrdersQuery } from '../../api/orders';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageFrame } from '../../parts/PageFrame';
import { Whose } from '../../shell/Whose';
import { columnsWithUser } from './columns';
import { countsOf } from './counts';
import { filterOf, stateFilter } from './filter';
import { OrderList } from './OrderList';
import { useOrderSearch } from './useOrderSearch';
import { words } from './words';

/** The orders of everybody; for admins. */
export function AllOrders() {
  const { search, tab, change } = useOrderSearch();
  const asked = filterOf(search);
  const filter = { ...asked, ...stateFilter(tab) };
  const list = useListState(useInfiniteQuery(allOrdersQuery({ ...filter, limit: 100 })));
  const { data: summary } = useQuery(allOrderSummaryQuery(asked));
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
      <OrderList list={list} columns={columnsWithUser} counts={countsOf(summary)} isOfAll />
    </PageFrame>
  );
}
