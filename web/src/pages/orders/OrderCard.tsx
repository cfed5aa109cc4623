import type { Order } from '../../api/schema';
import { count } from '../../format/numbers';
import { reasonText } from '../../format/reason';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { OrderStateMark } from '../../parts/OrderStateMark';
import css from './Orders.module.css';
import { purposeWords, words } from './words';

interface Props {
  order: Order;
  /** Among orders of everybody: whose it is. */
  isOfAll?: boolean;
}

/** An order on a narrow screen. */
export function OrderCard({ order, isOfAll = false }: Props) {
  const price = order.average_price_paise ?? order.limit_paise;
  return (
    <div className={css.card}>
      <b>
        {order.symbol} · {order.side} {count(order.filled_quantity)} / {count(order.quantity)}
      </b>
      <OrderStateMark state={order.state} />
      <span className={css.soft}>
        {isOfAll && `${order.user_name} · `}
        <Instant at={order.placed_at} day />
      </span>
      <span>{price === null ? words.market : <Money paise={price} />}</span>
      <span className={css.cardText}>
        {purposeWords(order.purpose)}
        {order.reason !== '' && ` · ${reasonText(order.reason)}`}
      </span>
    </div>
  );
}
