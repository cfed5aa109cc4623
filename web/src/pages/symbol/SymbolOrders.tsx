import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useListState } from '../../api/listState';
import { ordersQuery } from '../../api/orders';
import { ofUser } from '../../api/pages';
import { DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { columns } from '../orders/columns';
import { OrderCard } from '../orders/OrderCard';
import { OrderDrawer } from '../orders/OrderDrawer';
import { words } from './words';

interface Props {
  symbol: string;
  user: number | undefined;
}

// The symbol is the title of the page.
const without = columns.filter(({ id }) => id !== 'symbol');

export function SymbolOrders({ symbol, user }: Props) {
  const [opened, setOpened] = useState<string>();
  const filter = { ...ofUser(user), symbol };
  const query = useInfiniteQuery(ordersQuery({ ...filter, limit: 50 }));
  const { items, state, table } = useListState(query);
  return (
    <Section
      title={words.orders}
      actions={<DownloadTable path="/api/v1/orders" filter={filter} what={`orders of ${symbol}`} />}
      flush
    >
      <PageState
        {...state}
        empty={items.length === 0 && { title: words.noOrdersTitle, text: words.noOrders }}
      >
        <DataTable
          label={words.orders}
          rows={items}
          columns={without}
          rowId={({ id }) => id}
          onOpen={({ id }) => setOpened(id)}
          card={(order) => <OrderCard order={order} />}
          height="50vh"
          {...table}
        />
      </PageState>
      <OrderDrawer id={opened} user={user} onClose={() => setOpened(undefined)} />
    </Section>
  );
}
