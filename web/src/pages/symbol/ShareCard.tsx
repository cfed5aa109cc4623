import type { Share } from '../../api/schema';
import { ChangeOf, LastOf, PricedAt } from './SharePrice';
import css from './Symbol.module.css';
import { SymbolLink } from './shareColumns';

/** A share on a narrow screen. */
export function ShareCard(share: Share) {
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
