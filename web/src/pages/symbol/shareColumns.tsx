import { Link } from '@tanstack/react-router';
import type { Quote, Share } from '../../api/schema';
import { toMs } from '../../format/time';
import type { Column } from '../../parts/DataTable';
import { ChangeOf, LastOf, PricedAt } from './SharePrice';
import { words } from './words';

export type Quotes = ReadonlyMap<string, Quote>;

/** The columns that are sorted by prices, for which those of all shares have to be known. */
const PRICED: readonly string[] = ['last', 'change', 'priced'];

export function needsPrices(sort: { column: string } | null): boolean {
  return sort !== null && PRICED.includes(sort.column);
}

/** The columns of shares, sorted by these prices; what is shown of a price is always the newest. */
export function shareColumns(quotes: Quotes): readonly Column<Share>[] {
  const by = (of: (quote: Quote) => number | null) => (share: Share) => {
    const quote = quotes.get(share.symbol);
    return quote ? of(quote) : null;
  };
  return [
    { id: 'symbol', header: words.symbol, cell: SymbolLink, sortBy: ({ symbol }) => symbol },
    {
      id: 'series',
      header: words.series,
      cell: ({ series }) => series ?? '–',
      sortBy: ({ series }) => series,
    },
    {
      id: 'last',
      header: words.lastRupees,
      align: 'right',
      cell: ({ symbol }) => <LastOf symbol={symbol} />,
      sortBy: by(({ last_paise }) => last_paise),
    },
    {
      id: 'change',
      header: words.dayChange,
      align: 'right',
      cell: ({ symbol }) => <ChangeOf symbol={symbol} />,
      sortBy: by(({ day_change_basis_points }) => day_change_basis_points),
    },
    {
      id: 'priced',
      header: words.pricedAt,
      cell: ({ symbol }) => <PricedAt symbol={symbol} />,
      sortBy: by(({ priced_at }) => toMs(priced_at)),
      grow: true,
    },
  ];
}

export function SymbolLink({ symbol }: Share) {
  return (
    <Link to="/symbols/$symbol" params={{ symbol }}>
      {symbol}
    </Link>
  );
}
