import type { DailyPnl } from '../../api/schema';
import { Change } from '../../parts/Change';
import { Day } from '../../parts/Day';
import { Money } from '../../parts/Money';
import css from './Pnl.module.css';
import { words } from './words';

/** A day on a narrow screen. */
export function DayCard({ day }: { day: DailyPnl }) {
  return (
    <div className={css.card}>
      <b>
        <Day date={day.day} />
      </b>
      <Change paise={day.net_paise} />
      <span className={css.soft}>
        {words.realised} <Change paise={day.realised_paise} />
      </span>
      <span className={css.soft}>
        {words.charges} <Money paise={day.charges_paise} />
      </span>
      {day.income_paise !== 0 && (
        <span className={css.soft}>
          {words.income} <Money paise={day.income_paise} />
        </span>
      )}
    </div>
  );
}
