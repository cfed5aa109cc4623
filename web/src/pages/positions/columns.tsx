import { Link } from '@tanstack/react-router';
import type { PositionDetail } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { count } from '../../format/numbers';
import { daysBetween } from '../../format/time';
import { Change } from '../../parts/Change';
import type { Column } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Instant } from '../../parts/Instant';
import { Icon } from '../../parts/icons/Icon';
import { Money } from '../../parts/Money';
import css from './Positions.module.css';
import { words } from './words';

const c = words.columns;

type Priced = Pick<
  PositionDetail,
  'unrealised_paise' | 'invested_paise' | 'last_price_paise' | 'priced_at' | 'unpriced'
>;

/** Open profit as a part of what was paid; null where nothing was. */
export function profitRatio(position: Priced): number | null {
  const { unrealised_paise: profit, invested_paise: invested } = position;
  return invested > 0 ? profit / invested : null;
}

export function LastPrice({ position }: { position: Priced }) {
  if (!position.unpriced) return <Money paise={position.last_price_paise} plain />;
  const why = position.priced_at === null ? words.neverPriced : words.unpriced;
  return (
    <span className={css.unpriced} title={why}>
      <Icon name="warning" label={why} />
      <Money paise={position.last_price_paise} plain />
    </span>
  );
}

interface LookedAfterProps {
  position: PositionDetail;
  /** For lists: how many, when there are several. */
  short?: boolean;
}

/** The tasks that look after a position; that there are none is what a person has to know. */
export function LookedAfterBy({ position, short = false }: LookedAfterProps) {
  const tasks = position.looked_after_by;
  const names = tasks.map(codeWords).join(', ');
  if (short && tasks.length > 1) return <span title={names}>{words.tasks(tasks.length)}</span>;
  if (tasks.length > 0) return <>{names}</>;
  return (
    <span className={css.nobody} title={words.nobodyText}>
      <Icon name="warning" /> {words.nobody}
    </span>
  );
}

export function lastVerdict(position: PositionDetail): string {
  const newest = position.verdicts[0];
  return newest ? `${codeWords(newest.action)}: ${codeWords(newest.reason)}` : words.noVerdict;
}

/** The columns, which count days to `today`. */
export function columnsOf(today: string): readonly Column<PositionDetail>[] {
  const held = (position: PositionDetail) => daysBetween(position.opened_on, today);
  return [
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
      id: 'average',
      header: c.average,
      align: 'right',
      cell: (position) => <Money paise={position.average_price_paise} plain />,
      sortBy: (position) => position.average_price_paise,
    },
    {
      id: 'last',
      header: c.last,
      align: 'right',
      cell: (position) => <LastPrice position={position} />,
      sortBy: (position) => position.last_price_paise,
    },
    {
      id: 'value',
      header: c.value,
      align: 'right',
      cell: (position) => <Money paise={position.market_value_paise} plain />,
      sortBy: (position) => position.market_value_paise,
    },
    {
      id: 'profit',
      header: c.profit,
      align: 'right',
      cell: (position) => (
        <Change paise={position.unrealised_paise} ratio={profitRatio(position)} />
      ),
      sortBy: (position) => position.unrealised_paise,
    },
    {
      id: 'opened',
      header: c.opened,
      cell: (position) => <Day date={position.opened_on} />,
      sortBy: (position) => position.opened_on,
    },
    { id: 'days', header: c.days, align: 'right', optional: true, cell: held, sortBy: held },
    {
      id: 'entries',
      header: c.entries,
      align: 'right',
      cell: ({ entries }) => count(entries.length),
      sortBy: ({ entries }) => entries.length,
    },
    {
      id: 'after',
      header: c.after,
      cell: (position) => <LookedAfterBy position={position} short />,
      sortBy: (position) => position.looked_after_by.length,
    },
    {
      id: 'verdict',
      header: c.verdict,
      grow: true,
      width: 120,
      cell: (position) => <span title={lastVerdict(position)}>{lastVerdict(position)}</span>,
    },
    {
      id: 'invested',
      header: c.invested,
      align: 'right',
      optional: true,
      cell: (position) => <Money paise={position.invested_paise} plain />,
      sortBy: (position) => position.invested_paise,
    },
    {
      id: 'priced',
      header: c.priced,
      optional: true,
      cell: (position) => <Instant at={position.priced_at} day />,
    },
  ];
}
