import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useListState } from '../../api/listState';
import { allPositionsQuery, type HeldFilter } from '../../api/money';
import type { PositionOfUser } from '../../api/schema';
import { useStrategies } from '../../api/useStrategies';
import { codeWords } from '../../format/codes';
import { count } from '../../format/numbers';
import { usePrices } from '../../live/context';
import { Change } from '../../parts/Change';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { DownloadTable } from '../../parts/DownloadTable';
import { FilterBar, type FilterField } from '../../parts/FilterBar';
import { Money } from '../../parts/Money';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Panel } from '../../parts/Panel';
import { Whose } from '../../shell/Whose';
import { LastPrice, profitRatio } from './columns';
import css from './Positions.module.css';
import type { PositionsSearch } from './search';
import { words } from './words';

const route = getRouteApi('/inside/positions');

/** What everybody holds; for admins. */
export function AllPositions() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(allPositionsQuery({ ...filterOf(search), limit: 200 }));
  const { items, state, table } = useListState(query);
  usePrices(items.map(({ symbol }) => symbol));
  const busy = query.data?.pages.flatMap((page) => page.busy) ?? [];
  const names = [...new Set(busy.map(({ user_name: name }) => name))];
  const unnamed = Math.max(0, ...(query.data?.pages ?? []).map(unnamedOf));
  const filtered = search.symbol !== undefined || search.strategy !== undefined;
  return (
    <PageFrame
      title={words.titleAll}
      actions={
        <>
          <Whose
            mine={false}
            onChange={() => void navigate({ search: { mine: true }, replace: true })}
          />
          <DownloadTable
            path="/api/v1/system/positions"
            filter={filterOf(search)}
            what="positions of everybody"
          />
        </>
      }
    >
      <Panel label={words.list}>
        <div className={css.filters}>
          <FilterBar
            fields={useFields()}
            values={{ symbol: search.symbol, strategy: search.strategy }}
            onChange={(id, value) =>
              void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true })
            }
            onClear={() => void navigate({ search: {}, replace: true })}
          />
        </div>
        {names.length > 0 && (
          <p className={css.busy} role="status">
            {words.busy(names, unnamed)}
          </p>
        )}
        <PageState
          {...state}
          empty={
            items.length === 0 &&
            !table.more && {
              title: words.noneTitle,
              text: filtered ? words.noneFound : words.none,
            }
          }
        >
          <DataTable
            label={words.list}
            rows={items}
            columns={columns}
            rowId={({ user, symbol, strategy }) => `${user}:${symbol}:${strategy}`}
            card={(position) => <HeldCard position={position} />}
            {...table}
          />
        </PageState>
      </Panel>
    </PageFrame>
  );
}

function filterOf({ symbol, strategy }: PositionsSearch): HeldFilter {
  return { ...(symbol && { symbol: symbol.toUpperCase() }), ...(strategy && { strategy }) };
}

function useFields(): readonly FilterField[] {
  const strategies = useStrategies();
  const symbol: FilterField = { kind: 'text', id: 'symbol', label: words.columns.symbol };
  if (strategies.length < 2) return [symbol];
  const options = strategies.map((value) => ({ value, label: codeWords(value) }));
  return [symbol, { kind: 'choice', id: 'strategy', label: words.strategy, options }];
}

function UserLink({ position }: { position: PositionOfUser }) {
  return (
    <Link to="/positions" search={{ user: position.user }}>
      {position.user_name}
    </Link>
  );
}

function HeldCard({ position }: { position: PositionOfUser }) {
  return (
    <div className={css.card}>
      <b>
        {position.symbol} · {count(position.quantity)}
      </b>
      <Money paise={position.market_value_paise} />
      <span>
        <UserLink position={position} /> · <LastPrice position={position} />
      </span>
      <Change paise={position.unrealised_paise} ratio={profitRatio(position)} />
    </div>
  );
}

const c = words.columns;

function money(id: string, header: string, of: (row: PositionOfUser) => number) {
  return {
    id,
    header,
    align: 'right' as const,
    cell: (row: PositionOfUser) => <Money paise={of(row)} plain />,
    sortBy: of,
  };
}

const columns: readonly Column<PositionOfUser>[] = [
  {
    id: 'user',
    header: c.user,
    cell: (position) => <UserLink position={position} />,
    sortBy: (position) => position.user_name,
  },
  {
    id: 'symbol',
    header: c.symbol,
    cell: ({ symbol, user }) => (
      <Link to="/symbols/$symbol" params={{ symbol }} search={{ user }}>
        {symbol}
      </Link>
    ),
    sortBy: ({ symbol }) => symbol,
  },
  {
    id: 'strategy',
    header: words.strategy,
    cell: ({ strategy }) => codeWords(strategy),
    sortBy: ({ strategy }) => strategy,
  },
  {
    id: 'quantity',
    header: c.quantity,
    align: 'right',
    cell: ({ quantity }) => count(quantity),
    sortBy: ({ quantity }) => quantity,
  },
  money('average', c.average, (row) => row.average_price_paise),
  {
    id: 'last',
    header: c.last,
    align: 'right',
    cell: (position) => <LastPrice position={position} />,
    sortBy: (position) => position.last_price_paise,
  },
  money('value', c.value, (row) => row.market_value_paise),
  {
    id: 'profit',
    header: c.profit,
    align: 'right',
    cell: (position) => <Change paise={position.unrealised_paise} ratio={profitRatio(position)} />,
    sortBy: (position) => position.unrealised_paise,
  },
  {
    id: 'opened',
    header: c.opened,
    cell: (position) => <Day date={position.opened_on} />,
    sortBy: (position) => position.opened_on,
  },
  { ...money('invested', c.invested, (row) => row.invested_paise), optional: true },
];

/** Users of a page who are left out and not named, because there are too many of them. */
const unnamedOf = (page: { busy: readonly unknown[]; busy_count: number }) =>
  page.busy_count - page.busy.length;
