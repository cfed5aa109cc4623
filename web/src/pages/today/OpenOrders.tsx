import type { Order } from '../../api/schema';
import { count } from '../../format/numbers';
import { byUrgency } from '../../format/outcome';
import { Instant } from '../../parts/Instant';
import { OrderStateMark } from '../../parts/OrderStateMark';
import { Section } from '../../parts/Section';
import css from './Today.module.css';
import { words } from './words';

const MOST_SHOWN = 10;

/** Orders to which something can still happen, those that a person must look at first. */
export function OpenOrders({ orders }: { orders: readonly Order[] }) {
  const shown = orders
    .toSorted((one, other) => byUrgency(one.state, other.state))
    .slice(0, MOST_SHOWN);
  if (shown.length === 0) {
    return (
      <Section title={words.orders}>
        <p className={css.hint}>{words.noOrders}</p>
      </Section>
    );
  }
  return (
    <Section title={words.orders} flush>
      <table className={css.table}>
        <thead>
          <tr>
            <th>{words.order.symbol}</th>
            <th>{words.order.side}</th>
            <th className={css.number}>{words.order.quantity}</th>
            <th>{words.order.state}</th>
            <th className={css.number}>{words.order.at}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((order) => (
            <tr key={order.id}>
              <td>{order.symbol}</td>
              <td>{order.side}</td>
              <td className={css.number}>
                {count(order.filled_quantity)} / {count(order.quantity)}
              </td>
              <td>
                <OrderStateMark state={order.state} />
              </td>
              <td className={css.number}>
                <Instant at={order.placed_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
