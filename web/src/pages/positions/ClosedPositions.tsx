import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useListState } from '../../api/listState';
import { type ClosedFilter, closedPositionsQuery } from '../../api/money';
import type { ClosedPosition } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { count } from '../../format/numbers';
import { Change } from '../../parts/Change';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { DownloadTable } from '../../parts/DownloadTable';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Positions.module.css';
import { words } from './words';

const c = words.closed;

/** What was bought and sold again, each sell with the lots that it took. */
export function ClosedPositions({ filter }: { filter: ClosedFilter }) {
  const { items, state, table } = useListState(
    useInfiniteQuery(closedPositionsQuery({ ...filter, limit: 100 })),
  );
  return (
    <Section
      title={c.title}
      note={c.note}
      actions={
        <DownloadTable path="/api/v1/positions/closed" filter={filter} what="closed positions" />
      }
      flush
    >
      <PageState {...state} empty={items.length === 0 && { title: c.noneTitle, text: c.none }}>
        <DataTable
          label={c.title}
          rows={items}
          columns={columns}
          rowId={({ number }) => String(number)}
          card={(lot) => <ClosedCard lot={lot} />}
          {...table}
        />
      </PageState>
    </Section>
  );
}

function ClosedCard({ lot }: { lot: ClosedPosition }) {
  return (
    <div className={css.card}>
      <b>
        {lot.symbol} · {count(lot.quantity)}
      </b>
      <Change paise={lot.net_paise} />
      <span className={css.soft}>
        <Day date={lot.bought_on} /> → <Day date={lot.sold_on} />
      </span>
      <span className={css.soft}>
        <Money paise={lot.buy_price_paise} plain /> → <Money paise={lot.sell_price_paise} plain />
      </span>
    </div>
  );
}

const columns: readonly Column<ClosedPosition>[] = [
  {
    id: 'sold',
    header: c.sold,
    cell: (lot) => (
      <Link to="/orders" search={{ order: lot.sold_by }}>
        <Day date={lot.sold_on} />
      </Link>
    ),
    sortBy: ({ number }) => number,
  },
  {
    id: 'symbol',
    header: c.symbol,
    cell: ({ symbol }) => (
      <Link to="/symbols/$symbol" params={{ symbol }}>
        {symbol}
      </Link>
    ),
    sortBy: ({ symbol }) => symbol,
  },
  {
    id: 'quantity',
    header: c.quantity,
    align: 'right',
    cell: ({ quantity }) => count(quantity),
    sortBy: ({ quantity }) => quantity,
  },
  {
    id: 'bought',
    header: c.bought,
    cell: (lot) => (
      <Link to="/orders" search={{ order: lot.bought_by }}>
        <Day date={lot.bought_on} />
      </Link>
    ),
    sortBy: (lot) => lot.bought_on,
  },
  {
    id: 'days',
    header: c.days,
    align: 'right',
    cell: (lot) => count(lot.days_held),
    sortBy: (lot) => lot.days_held,
  },
  {
    id: 'buy',
    header: c.buy,
    align: 'right',
    cell: (lot) => <Money paise={lot.buy_price_paise} plain />,
    sortBy: (lot) => lot.buy_price_paise,
  },
  {
    id: 'sell',
    header: c.sell,
    align: 'right',
    cell: (lot) => <Money paise={lot.sell_price_paise} plain />,
    sortBy: (lot) => lot.sell_price_paise,
  },
  {
    id: 'gross',
    header: c.gross,
    align: 'right',
    cell: (lot) => <Change paise={lot.gross_paise} />,
    sortBy: (lot) => lot.gross_paise,
  },
  {
    id: 'charges',
    header: c.charges,
    align: 'right',
    cell: (lot) => <Money paise={lot.charges_paise} plain />,
    sortBy: (lot) => lot.charges_paise,
  },
  {
    id: 'net',
    header: c.net,
    align: 'right',
    cell: (lot) => <Change paise={lot.net_paise} />,
    sortBy: (lot) => lot.net_paise,
  },
  { id: 'strategy', header: c.strategy, optional: true, cell: (lot) => codeWords(lot.strategy) },
];
