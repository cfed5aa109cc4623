import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useListState } from '../../api/listState';
import { orderSummaryQuery, ordersQuery } from '../../api/orders';
import { ofUser } from '../../api/pages';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageFrame } from '../../parts/PageFrame';
import { useViewing } from '../../shell/viewing';
import { Whose } from '../../shell/Whose';
import { columns } from './columns';
import { countsOf } from './counts';
import { filterOf, stateFilter } from './filter';
import { OrderList } from './OrderList';
import { UnknownOrders } from './UnknownOrders';
import { useOrderSearch } from './useOrderSearch';
import { words } from './words';

/** The orders of a user by state; a row opens what happened to it. */
export function UserOrders() {
  const { isAdmin, user, name } = useViewing();
  const { search, tab, change } = useOrderSearch();
  const asked = { ...ofUser(user), ...filterOf(search) };
  const filter = { ...asked, ...stateFilter(tab) };
  const list = useListState(useInfiniteQuery(ordersQuery({ ...filter, limit: 100 })));
  const { data: summary } = useQuery(orderSummaryQuery(asked));
  const own = isAdmin && user === undefined;
  return (
    <PageFrame
      title={words.title(name)}
      actions={
        <>
          {own && <Whose mine onChange={() => change({ mine: undefined, order: undefined })} />}
          <DownloadTable path="/api/v1/orders" filter={filter} what="orders" />
        </>
      }
    >
      <UnknownOrders user={user} />
      <OrderList list={list} columns={columns} counts={countsOf(summary)} user={user} />
    </PageFrame>
  );
}
