import type { PositionDetail } from '../../api/schema';
import { count } from '../../format/numbers';
import { Change } from '../../parts/Change';
import { Money } from '../../parts/Money';
import { LastPrice, LookedAfterBy, lastVerdict, profitRatio } from './columns';
import css from './Positions.module.css';
import { words } from './words';

/** A position on a narrow screen. */
export function PositionCard({ position }: { position: PositionDetail }) {
  return (
    <div className={css.card}>
      <b>
        {position.symbol} · {count(position.quantity)}
      </b>
      <Money paise={position.market_value_paise} />
      <span className={css.soft}>
        <Money paise={position.average_price_paise} plain /> → <LastPrice position={position} />
      </span>
      <Change paise={position.unrealised_paise} ratio={profitRatio(position)} />
      <span className={css.cardText}>
        {lastVerdict(position)}
        <br />
        {words.columns.after}: <LookedAfterBy position={position} short />
      </span>
    </div>
  );
}
