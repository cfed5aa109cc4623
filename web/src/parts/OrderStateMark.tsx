import { ORDER_STATES, type OrderState } from '../format/outcome';
import { MarkWord } from './MarkWord';

/** The state of an order: shape, word and colour. */
export function OrderStateMark({ state, bare }: { state: OrderState; bare?: boolean }) {
  return <MarkWord mark={ORDER_STATES[state]} bare={bare} />;
}
