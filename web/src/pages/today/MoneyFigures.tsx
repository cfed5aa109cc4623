import { useQuery } from '@tanstack/react-query';
import { fundsQuery, positionsQuery } from '../../api/money';
import { count } from '../../format/numbers';
import { usePrices } from '../../live/context';
import { Change } from '../../parts/Change';
import { Figure } from '../../parts/Figure';
import { Money } from '../../parts/Money';
import css from './Today.module.css';
import { words } from './words';

interface Props {
  user: number | undefined;
  openOrders: number;
  hasMore: boolean;
}

/** How the account stands. */
export function MoneyFigures({ user, openOrders, hasMore }: Props) {
  const { data: funds } = useQuery(fundsQuery(user));
  // What is held says whose prices move these figures.
  const { data: held } = useQuery(positionsQuery(user));
  usePrices(held?.items.map(({ symbol }) => symbol) ?? []);
  return (
    <div className={css.figures}>
      <Figure
        label={words.openProfit}
        value={funds ? <Change paise={funds.unrealised_paise} /> : '–'}
        note={words.openProfitNote}
        big
      />
      <Figure
        label={words.total}
        value={<Money paise={funds?.total_paise ?? null} />}
        note={words.totalNote}
      />
      <Figure label={words.available} value={<Money paise={funds?.available_paise ?? null} />} />
      <Figure
        label={words.shares}
        value={<Money paise={funds?.market_value_paise ?? null} />}
        note={
          funds && (
            <>
              {words.sharesCost} <Money paise={funds.invested_paise} compact />
            </>
          )
        }
      />
      <Figure label={words.orders} value={hasMore ? `${count(openOrders)}+` : count(openOrders)} />
    </div>
  );
}
