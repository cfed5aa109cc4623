import type { DailyPnl, PnlSummary } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { count } from '../../format/numbers';
import { Change } from '../../parts/Change';
import type { Column } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Money } from '../../parts/Money';
import { words } from './words';

const c = words.columns;

/** A column of gains and losses. */
function change<Row>(id: string, header: string, of: (row: Row) => number): Column<Row> {
  return { id, header, align: 'right', cell: (row) => <Change paise={of(row)} />, sortBy: of };
}

function money<Row>(id: string, header: string, of: (row: Row) => number): Column<Row> {
  return { id, header, align: 'right', cell: (row) => <Money paise={of(row)} plain />, sortBy: of };
}

function number<Row>(id: string, header: string, of: (row: Row) => number): Column<Row> {
  return { id, header, align: 'right', cell: (row) => count(of(row)), sortBy: of };
}

export const dayColumns: readonly Column<DailyPnl>[] = [
  { id: 'day', header: c.day, cell: ({ day }) => <Day date={day} />, sortBy: ({ day }) => day },
  change('net', c.net, (day) => day.net_paise),
  change('realised', c.realised, (day) => day.realised_paise),
  money('charges', c.charges, (day) => day.charges_paise),
  { ...money<DailyPnl>('income', c.income, (day) => day.income_paise), optional: true },
  change('unrealised', c.unrealised, (day) => day.unrealised_paise),
  money('total', c.total, (day) => day.cash_paise + day.market_value_paise),
  number('trades', c.trades, (day) => day.trades),
  number('orders', c.orders, (day) => day.orders),
  number('positions', c.positions, (day) => day.open_positions),
  {
    id: 'unpriced',
    header: c.unpriced,
    cell: ({ unpriced }) => unpriced.map(({ symbol }) => symbol).join(', '),
    optional: true,
  },
  { ...number<DailyPnl>('expired', c.expired, (day) => day.orders_expired), optional: true },
  { ...money<DailyPnl>('cash', c.cash, (day) => day.cash_paise), optional: true },
  { ...money<DailyPnl>('value', c.value, (day) => day.market_value_paise), optional: true },
];

type StrategyRow = PnlSummary['strategies'][number];

export const strategyColumns: readonly Column<StrategyRow>[] = [
  {
    id: 'strategy',
    header: words.strategy,
    cell: ({ strategy }) => codeWords(strategy),
    sortBy: ({ strategy }) => strategy,
  },
  change('net', c.net, (row) => row.net_paise),
  change('realised', c.realised, (row) => row.realised_paise),
  money('charges', c.charges, (row) => row.charges_paise),
  money('income', c.income, (row) => row.income_paise),
  change('unrealised', c.unrealised, (row) => row.unrealised_paise),
  number('trades', c.trades, (row) => row.trades),
];
