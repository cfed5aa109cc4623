import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useListState } from '../../api/listState';
import { ordersQuery } from '../../api/orders';
import { FULL_PAGE } from '../../api/pages';
import type { Execution, Order } from '../../api/schema';
import { useAllRows } from '../../api/useAllRows';
import { count } from '../../format/numbers';
import { reasonText } from '../../format/reason';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { OrderStateMark } from '../../parts/OrderStateMark';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Runs.module.css';
import { runWords as words } from './words';

const columns: readonly Column<Order>[] = [
  {
    id: 'symbol',
    header: words.symbol,
    cell: ({ id, symbol, user }) => (
      <Link to="/orders" search={{ order: id, user }} className={css.link}>
        {symbol}
      </Link>
    ),
  },
  { id: 'side', header: words.side, cell: ({ side }) => side },
  {
    id: 'quantity',
    header: words.quantity,
    align: 'right',
    cell: ({ filled_quantity, quantity }) => `${count(filled_quantity)} / ${count(quantity)}`,
  },
  {
    id: 'price',
    header: words.price,
    align: 'right',
    cell: ({ average_price_paise }) => <Money paise={average_price_paise ?? null} />,
  },
  { id: 'state', header: words.state, cell: ({ state }) => <OrderStateMark state={state} /> },
  {
    id: 'reason',
    header: words.reason,
    grow: true,
    cell: ({ reason }) => <span title={reasonText(reason)}>{reasonText(reason)}</span>,
  },
  {
    id: 'placed',
    header: words.placed,
    align: 'right',
    cell: ({ placed_at }) => <Instant at={placed_at} />,
  },
];

/** The orders that a run decided. One without any asks for none. */
export function RunOrders({ run }: { run: Execution }) {
  if (run.usage.orders === 0) return null;
  return <Orders run={run} />;
}

function Orders({ run }: { run: Execution }) {
  const query = useInfiniteQuery(
    ordersQuery({ user: run.user, execution: run.id, limit: FULL_PAGE }),
  );
  const { state } = useListState(query);
  const orders = useAllRows(query);
  return (
    <Section title={words.ordersTitle} flush>
      <PageState
        {...state}
        empty={
          orders.length === 0 &&
          !query.hasNextPage && { title: words.ordersEmptyTitle, text: words.ordersEmptyText }
        }
      >
        <DataTable
          label={words.ordersTitle}
          rows={orders}
          columns={columns}
          rowId={({ id }) => id}
          card={OrderCard}
          height="420px"
          reading={query.isFetching}
        />
      </PageState>
    </Section>
  );
}

function OrderCard(order: Order) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <Link to="/orders" search={{ order: order.id, user: order.user }} className={css.link}>
          {order.side} {count(order.quantity)} {order.symbol}
        </Link>
        <OrderStateMark state={order.state} />
      </span>
      {order.reason !== '' && <span className={css.soft}>{reasonText(order.reason)}</span>}
    </div>
  );
}
