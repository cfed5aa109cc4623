import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useListState } from '../../api/listState';
import { type RestatementFilter, restatementsQuery } from '../../api/marketData';
import type { Restatement } from '../../api/schema';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { DownloadTable } from '../../parts/DownloadTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { changesOf } from './changes';
import css from './MarketData.module.css';
import { words } from './words';

const route = getRouteApi('/inside/admin/market');

const FIELDS: readonly FilterField[] = [
  { kind: 'text', id: 'symbol', label: words.share, placeholder: words.shareHint, isShort: true },
];

const columns: readonly Column<Restatement>[] = [
  {
    id: 'at',
    header: words.at,
    cell: ({ restated_at }) => <Instant at={restated_at} day />,
  },
  { id: 'symbol', header: words.share, cell: ({ symbol }) => <Share symbol={symbol} /> },
  { id: 'day', header: words.day, cell: ({ day }) => <Day date={day} /> },
  {
    id: 'change',
    header: words.change,
    cell: (restatement) => changesOf(restatement).join(', '),
    grow: true,
    wrap: true,
  },
  { id: 'source', header: words.source, cell: ({ source }) => source },
];

/** Bars of past days that a source said otherwise than before. */
export function Restatements() {
  const { symbol } = route.useSearch();
  const navigate = route.useNavigate();
  const filter: RestatementFilter = {
    limit: 100,
    ...(symbol !== undefined && { symbol: symbol.toUpperCase() }),
  };
  const { items, state, table } = useListState(useInfiniteQuery(restatementsQuery(filter)));
  return (
    <Section title={words.restatements} note={words.restatementsNote} flush>
      <div className={css.filters}>
        <FilterBar
          fields={FIELDS}
          values={{ symbol }}
          onChange={(id, value) =>
            void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true })
          }
          onClear={() => void navigate({ search: {}, replace: true })}
        />
        <DownloadTable
          path="/api/v1/system/market/restatements"
          filter={filter}
          what="restated bars"
        />
      </div>
      <PageState
        {...state}
        empty={
          items.length === 0 && {
            title: words.emptyTitle,
            text: symbol === undefined ? words.empty : words.emptyFound,
          }
        }
      >
        <DataTable
          label={words.restatements}
          rows={items}
          columns={columns}
          rowId={({ restated_at, symbol: of, day, source }) =>
            `${restated_at} ${source} ${of} ${day}`
          }
          card={RestatementCard}
          {...table}
        />
      </PageState>
    </Section>
  );
}

function Share({ symbol }: { symbol: string }) {
  return (
    <Link to="/symbols/$symbol" params={{ symbol }} search={{}}>
      {symbol}
    </Link>
  );
}

function RestatementCard(restatement: Restatement) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <span>
          <strong>
            <Share symbol={restatement.symbol} />
          </strong>{' '}
          <Day date={restatement.day} />
        </span>
        <span className={css.soft}>
          <Instant at={restatement.restated_at} day />
        </span>
      </span>
      <span>{changesOf(restatement).join(', ')}</span>
      <span className={css.soft}>{restatement.source}</span>
    </div>
  );
}
