import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useListState } from '../../api/listState';
import { isPartOfSymbol, symbolsQuery } from '../../api/market';
import type { Share } from '../../api/schema';
import { type Column, DataTable } from '../../parts/DataTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { ChangeOf, LastOf, PricedAt } from './SharePrice';
import css from './Symbol.module.css';
import { words } from './words';

const route = getRouteApi('/inside/symbols');
const fields: readonly FilterField[] = [
  { kind: 'text', id: 'q', label: words.searchLabel, placeholder: words.searchExample },
];

/** The shares of the market, each a press away from its page. */
export function SymbolsPage() {
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const isPossible = q === '' || isPartOfSymbol(q);
  const { items, state, table } = useListState(
    useInfiniteQuery({ ...symbolsQuery(q.toUpperCase(), 200), enabled: isPossible }),
  );
  return (
    <PageFrame title={words.shares} note={words.sharesNote}>
      <Panel label={words.shares}>
        <div className={css.filters}>
          <FilterBar
            fields={fields}
            values={{ q: q === '' ? undefined : q }}
            onChange={(_, value) =>
              void navigate({ search: (before) => ({ ...before, q: value }), replace: true })
            }
          />
          <p className={css.filterNote}>{words.pricesOf}</p>
        </div>
        <PageState
          {...state}
          loading={state.loading && isPossible}
          empty={
            (!isPossible || items.length === 0) && {
              title: words.noShareTitle,
              text: words.noShare(q),
            }
          }
        >
          <DataTable
            label={words.shares}
            rows={items}
            columns={columns}
            rowId={({ symbol }) => symbol}
            card={ShareCard}
            onOpen={({ symbol }) =>
              void navigate({ to: '/symbols/$symbol', params: { symbol }, search: {} })
            }
            {...table}
          />
        </PageState>
      </Panel>
    </PageFrame>
  );
}

const columns: readonly Column<Share>[] = [
  {
    id: 'symbol',
    header: words.symbol,
    cell: SymbolLink,
    sortBy: ({ symbol }) => symbol,
  },
  {
    id: 'series',
    header: words.series,
    cell: ({ series }) => series ?? '–',
    sortBy: ({ series }) => series,
  },
  // Without a sort: only the prices of the rows that are drawn are known.
  {
    id: 'last',
    header: words.lastRupees,
    align: 'right',
    cell: ({ symbol }) => <LastOf symbol={symbol} />,
  },
  {
    id: 'change',
    header: words.dayChange,
    align: 'right',
    cell: ({ symbol }) => <ChangeOf symbol={symbol} />,
  },
  {
    id: 'priced',
    header: words.pricedAt,
    cell: ({ symbol }) => <PricedAt symbol={symbol} />,
    grow: true,
  },
];

function SymbolLink({ symbol }: Share) {
  return (
    <Link to="/symbols/$symbol" params={{ symbol }}>
      {symbol}
    </Link>
  );
}

function ShareCard(share: Share) {
  const { symbol, series } = share;
  return (
    <div className={css.share}>
      <b>
        <SymbolLink {...share} />
      </b>
      <LastOf symbol={symbol} />
      <span className={css.soft}>
        {series ?? '–'} <PricedAt symbol={symbol} />
      </span>
      <ChangeOf symbol={symbol} />
    </div>
  );
}
