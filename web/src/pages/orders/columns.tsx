import { Link } from '@tanstack/react-router';
import type { Order } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { count, decimal } from '../../format/numbers';
import { urgencyOf } from '../../format/outcome';
import { reasonText } from '../../format/reason';
import { toMs } from '../../format/time';
import type { Column } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { OrderStateMark } from '../../parts/OrderStateMark';
import { purposeWords, words } from './words';

export function valuePaise(order: Order): number | null {
  const { average_price_paise: average, filled_quantity: filled } = order;
  return average === null ? null : average * filled;
}

export function kindWords(order: Order): string {
  return [
    order.limit_paise === null ? words.market : 'limit',
    order.delivery ? words.delivery : words.intraday,
    ...(order.after_market ? [words.afterMarket] : []),
  ].join(', ');
}

const c = words.columns;

export const columns: readonly Column<Order>[] = [
  {
    id: 'placed',
    header: c.placed,
    cell: (order) => <Instant at={order.placed_at} day />,
    sortBy: (order) => toMs(order.placed_at),
  },
  {
    id: 'symbol',
    header: c.symbol,
    cell: ({ symbol }) => (
      <Link to="/symbols/$symbol" params={{ symbol }}>
        {symbol}
      </Link>
    ),
    sortBy: (order) => order.symbol,
  },
  { id: 'side', header: c.side, cell: (order) => order.side, sortBy: (order) => order.side },
  {
    id: 'state',
    header: c.state,
    cell: (order) => <OrderStateMark state={order.state} />,
    sortBy: (order) => urgencyOf(order.state),
  },
  {
    id: 'quantity',
    header: c.quantity,
    align: 'right',
    cell: (order) => `${count(order.filled_quantity)} / ${count(order.quantity)}`,
    sortBy: (order) => order.quantity,
  },
  {
    id: 'limit',
    header: c.limit,
    align: 'right',
    cell: (order) =>
      order.limit_paise === null ? words.market : <Money paise={order.limit_paise} plain />,
    sortBy: (order) => order.limit_paise,
  },
  {
    id: 'average',
    header: c.average,
    align: 'right',
    cell: (order) => <Money paise={order.average_price_paise} plain />,
    sortBy: (order) => order.average_price_paise,
  },
  {
    id: 'value',
    header: c.value,
    optional: true,
    align: 'right',
    cell: (order) => <Money paise={valuePaise(order)} plain />,
    sortBy: valuePaise,
  },
  { id: 'purpose', header: c.purpose, cell: (order) => purposeWords(order.purpose) },
  {
    id: 'reason',
    header: c.reason,
    grow: true,
    width: 160,
    cell: ({ reason }) => <span title={reasonText(reason)}>{reasonText(reason)}</span>,
  },
  {
    id: 'strategy',
    header: c.strategy,
    optional: true,
    cell: (order) => codeWords(order.strategy),
    sortBy: (order) => order.strategy,
  },
  { id: 'kind', header: c.kind, optional: true, cell: kindWords },
  {
    id: 'rsi',
    header: c.rsi,
    optional: true,
    align: 'right',
    cell: (order) => (order.rsi === null ? '–' : decimal(order.rsi, 1)),
    sortBy: (order) => order.rsi,
  },
  {
    id: 'updated',
    header: c.updated,
    optional: true,
    cell: (order) => <Instant at={order.updated_at} day />,
    sortBy: (order) => toMs(order.updated_at),
  },
  {
    id: 'run',
    header: c.run,
    optional: true,
    align: 'right',
    cell: (order) => order.execution ?? '–',
  },
  { id: 'id', header: c.id, optional: true, cell: (order) => order.id },
  {
    id: 'mode',
    header: c.mode,
    optional: true,
    cell: (order) => words.modes[order.mode],
    sortBy: (order) => order.mode,
  },
  {
    id: 'brokerId',
    header: c.brokerId,
    optional: true,
    cell: (order) => order.broker_order_id ?? '–',
  },
];

/** The columns of orders of everybody: whose they are stands first. */
export const columnsWithUser: readonly Column<Order>[] = [
  {
    id: 'user',
    header: c.user,
    cell: ({ user, user_name: name }) => (
      <Link to="/orders" search={{ user }}>
        {name}
      </Link>
    ),
    sortBy: (order) => order.user_name,
  },
  // Whose it is takes the place of why: the reason of a refusal has to stay in sight.
  ...columns.map((column) => (column.id === 'purpose' ? { ...column, optional: true } : column)),
];
