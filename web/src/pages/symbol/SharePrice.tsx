import { useQuery } from '@tanstack/react-query';
import { quoteQuery } from '../../api/market';
import type { Quote } from '../../api/schema';
import { usePrices } from '../../live/context';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { DayChange } from './DayChange';
import css from './Symbol.module.css';
import { words } from './words';

interface Props {
  symbol: string;
}

/** The price of a share, or why there is none. Only rows that are drawn ask for it, and one question is asked for all of them. */
function usePriceOf(symbol: string): Quote | string {
  const { data, isError } = useQuery(quoteQuery(symbol));
  const quote = data?.quotes[0];
  if (quote) return quote;
  if (data) return words.noPrice;
  return isError ? words.priceNotRead : words.reading;
}

/** The last price of a share in a list, which the stream keeps fresh. */
export function LastOf({ symbol }: Props) {
  const price = usePriceOf(symbol);
  usePrices([symbol]);
  if (typeof price === 'string') return <span className={css.soft}>{price}</span>;
  return <Money paise={price.last_paise} plain />;
}

/** What it gained or lost since the close before; nothing without a price. */
export function ChangeOf({ symbol }: Props) {
  const price = usePriceOf(symbol);
  return typeof price === 'string' ? null : <DayChange quote={price} />;
}

/** Of when the price is; nothing without a price. */
export function PricedAt({ symbol }: Props) {
  const price = usePriceOf(symbol);
  return typeof price === 'string' ? null : <Instant at={price.priced_at} day />;
}
