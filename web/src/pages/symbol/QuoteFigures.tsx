import { useQuery } from '@tanstack/react-query';
import { quoteQuery } from '../../api/market';
import { pageError } from '../../api/problems';
import type { Quote } from '../../api/schema';
import { count } from '../../format/numbers';
import { usePrices } from '../../live/context';
import { Figure } from '../../parts/Figure';
import { Figures } from '../../parts/Figures';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { DayChange } from './DayChange';
import { words } from './words';

/** The price of the share now. */
export function QuoteFigures({ symbol }: { symbol: string }) {
  const { data, error, isPending, dataUpdatedAt, refetch } = useQuery(quoteQuery(symbol));
  usePrices([symbol]);
  const quote = data?.quotes[0];
  // The price that was read last stays with its time; that no newer one comes is said beside it.
  const note = error && dataUpdatedAt > 0 ? words.notRead : undefined;
  return (
    <PageState
      loading={isPending}
      error={data || !error ? null : pageError(error, () => void refetch())}
      empty={
        data !== undefined && !quote && { title: words.unpricedTitle, text: words.unpriced(symbol) }
      }
    >
      {quote && <Told quote={quote} note={note} />}
    </PageState>
  );
}

function Told({ quote, note }: { quote: Quote; note: string | undefined }) {
  return (
    <Figures columns={4}>
      <Figure
        label={words.last}
        value={<Money paise={quote.last_paise} />}
        note={
          <>
            {words.at} <Instant at={quote.priced_at} day />, {words.from} {quote.source}
            {quote.derived && `, ${words.derived}`}
            {note && `; ${note}`}
          </>
        }
      />
      <Figure
        label={words.today}
        value={<DayChange quote={quote} />}
        note={
          <>
            {words.before} <Money paise={quote.previous_close_paise} />
          </>
        }
      />
      <Figure
        label={words.span}
        value={<Span low={quote.low_paise} high={quote.high_paise} />}
        note={
          <>
            {words.opened} <Money paise={quote.open_paise} />
          </>
        }
      />
      <Figure label={words.traded} value={count(quote.volume)} />
    </Figures>
  );
}

/** One dash before the first trade, not three. */
function Span({ low, high }: { low: number | null; high: number | null }) {
  if (low === null || high === null) return <Money paise={null} />;
  return (
    <>
      <Money paise={low} plain /> – <Money paise={high} plain />
    </>
  );
}
