import { Link } from '@tanstack/react-router';
import type { Signal } from '../../api/schema';
import { count, decimal, percentSigned } from '../../format/numbers';
import { toMs } from '../../format/time';
import type { Column } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { Money } from '../../parts/Money';
import { reasonWords } from './reasons';
import { WhyLink } from './WhyLink';
import { kindWords, STATUSES, words } from './words';

const c = words.columns;
type SignalColumn = Column<Signal>;
type Finding = Signal['finding'];

function money(id: string, header: string, of: (finding: Finding) => number): SignalColumn {
  return {
    id,
    header,
    align: 'right',
    cell: ({ finding }) => <Money paise={of(finding)} plain />,
    sortBy: ({ finding }) => of(finding),
  };
}

function score(id: string, header: string, of: (finding: Finding) => number): SignalColumn {
  return {
    id,
    header,
    align: 'right',
    cell: ({ finding }) => <span className="figure">{decimal(of(finding), 1)}</span>,
    sortBy: ({ finding }) => of(finding),
  };
}

/** How far the close stands from a price, as a part of that price. */
function distance(id: string, header: string, of: (finding: Finding) => number): SignalColumn {
  const ratio = ({ finding }: Signal) =>
    of(finding) > 0 ? finding.last_close_paise / of(finding) - 1 : null;
  return {
    id,
    header,
    align: 'right',
    cell: (signal) => {
      const value = ratio(signal);
      return <span className="figure">{value === null ? '–' : percentSigned(value)}</span>;
    },
    sortBy: ratio,
  };
}

/** From the close to the target, by the way from the close to the stop; null where there is no way down. */
function rewardToRisk({ finding }: Signal): number | null {
  const risk = finding.last_close_paise - finding.stop_paise;
  return risk > 0 ? (finding.target_paise - finding.last_close_paise) / risk : null;
}

const optional = (column: SignalColumn): SignalColumn => ({ ...column, optional: true });

export const columns: readonly SignalColumn[] = [
  { id: 'day', header: c.day, cell: ({ day }) => <Day date={day} />, sortBy: ({ day }) => day },
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
  { id: 'kind', header: c.kind, cell: kindWords, sortBy: kindWords },
  {
    id: 'status',
    header: c.status,
    cell: ({ status }) => <MarkWord mark={STATUSES[status]} />,
    sortBy: ({ status }) => status,
  },
  {
    id: 'why',
    header: c.why,
    cell: WhyLink,
  },
  score('priority', c.priority, (finding) => finding.priority_score),
  optional(score('strength', c.strength, (finding) => finding.strength_score)),
  optional(score('backtest', c.backtest, (finding) => finding.backtest_score)),
  optional(score('combined', c.combined, (finding) => finding.combined_score)),
  score('rsi', c.rsi, (finding) => finding.rsi),
  money('close', c.close, (finding) => finding.last_close_paise),
  optional(money('ema9', c.ema9, (finding) => finding.ema9_paise)),
  optional(distance('toEma9', c.toEma9, (finding) => finding.ema9_paise)),
  optional(money('ema200', c.ema200, (finding) => finding.ema200_paise)),
  optional(distance('toEma200', c.toEma200, (finding) => finding.ema200_paise)),
  {
    id: 'range',
    header: c.range,
    align: 'right',
    cell: ({ finding }) => (
      <>
        <Money paise={finding.buy_low_paise} plain /> –{' '}
        <Money paise={finding.buy_high_paise} plain />
      </>
    ),
    sortBy: ({ finding }) => finding.buy_low_paise,
  },
  optional(money('buyLow', c.buyLow, (finding) => finding.buy_low_paise)),
  optional(money('buyHigh', c.buyHigh, (finding) => finding.buy_high_paise)),
  optional(money('stop', c.stop, (finding) => finding.stop_paise)),
  optional(money('target', c.target, (finding) => finding.target_paise)),
  optional({
    id: 'reward',
    header: c.reward,
    align: 'right',
    cell: (signal) => {
      const value = rewardToRisk(signal);
      return <span className="figure">{value === null ? '–' : decimal(value, 2)}</span>;
    },
    sortBy: rewardToRisk,
  }),
  optional({
    id: 'volume',
    header: c.volume,
    align: 'right',
    cell: ({ finding }) => <span className="figure">{count(finding.average_volume)}</span>,
    sortBy: ({ finding }) => finding.average_volume,
  }),
  optional({
    id: 'turnover',
    header: c.turnover,
    align: 'right',
    cell: (signal) => <Money paise={turnover(signal)} compact />,
    sortBy: turnover,
  }),
  {
    id: 'reasons',
    header: c.reasons,
    grow: true,
    width: 100,
    cell: ({ finding }) => reasonsOf(finding),
  },
  optional({ id: 'note', header: c.note, cell: ({ note }) => note }),
  optional({
    id: 'personal',
    header: c.personal,
    cell: ({ personal }) => (personal ? words.forYou : words.forAll),
  }),
  optional(instant('published', c.published, ({ published_at }) => published_at)),
  optional(instant('expires', c.expires, ({ expires_at }) => expires_at)),
  optional({
    id: 'id',
    header: c.id,
    align: 'right',
    cell: ({ id }) => id,
    sortBy: ({ id }) => id,
  }),
];

function reasonsOf({ reasons }: Finding) {
  const text = reasons.map(reasonWords).join(', ');
  return <span title={text}>{text}</span>;
}

function turnover({ finding }: Signal): number {
  return finding.average_volume * finding.last_close_paise;
}

function instant(id: string, header: string, of: (signal: Signal) => string): SignalColumn {
  return {
    id,
    header,
    cell: (signal) => <Instant at={of(signal)} day />,
    sortBy: (signal) => toMs(of(signal)),
  };
}
