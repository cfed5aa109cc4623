import type { Funds } from '../../api/schema';
import { Change } from '../../parts/Change';
import { Figure } from '../../parts/Figure';
import { Figures } from '../../parts/Figures';
import { Money } from '../../parts/Money';
import { words } from './words';

const w = words.funds;

/** The money of the account. */
export function FundFigures({ funds }: { funds: Funds }) {
  return (
    <Figures columns={3}>
      <Figure
        label={w.unrealised}
        value={<Change paise={funds.unrealised_paise} />}
        note={w.unrealisedNote}
      />
      <Figure
        label={w.total}
        value={<Money paise={funds.total_paise} />}
        note={
          <>
            {w.totalNote}
            <Money paise={funds.capital_paise} />
          </>
        }
      />
      <Figure
        label={w.value}
        value={<Money paise={funds.market_value_paise} />}
        note={
          <>
            {w.valueNote}
            <Money paise={funds.invested_paise} />
          </>
        }
      />
      <Figure
        label={w.cash}
        value={<Money paise={funds.cash_paise} />}
        note={
          <>
            {w.reserved}
            <Money paise={funds.reserved_paise} />
          </>
        }
      />
      <Figure
        label={w.available}
        value={<Money paise={funds.available_paise} />}
        note={w.availableNote}
      />
      <Figure
        label={w.realised}
        value={<Change paise={funds.realised_paise} />}
        note={
          <>
            {w.charges}
            <Money paise={funds.charges_paise} />
            {funds.income_paise !== 0 && (
              <>
                {w.income}
                <Money paise={funds.income_paise} />
              </>
            )}
          </>
        }
      />
    </Figures>
  );
}
