import { useQuery } from '@tanstack/react-query';
import { positionsQuery } from '../../api/money';
import { pageError } from '../../api/problems';
import type { PositionDetail } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { count, percentSigned } from '../../format/numbers';
import { Change } from '../../parts/Change';
import { Day } from '../../parts/Day';
import { Figure } from '../../parts/Figure';
import { Figures } from '../../parts/Figures';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { LastPrice, LookedAfterBy, profitRatio } from '../positions/columns';
import { Entries } from '../positions/Entries';
import { positionId } from '../positions/strategies';
import { Verdicts } from '../positions/Verdicts';
import { words as positionWords } from '../positions/words';
import css from './Symbol.module.css';
import { words } from './words';

interface Props {
  symbol: string;
  user: number | undefined;
}

/** What is held of the share, each strategy by itself. */
export function SymbolPositions({ symbol, user }: Props) {
  const { data, error, isPending, refetch } = useQuery(positionsQuery(user));
  const held = data?.items.filter((position) => position.symbol === symbol) ?? [];
  return (
    <PageState
      loading={isPending}
      error={data || !error ? null : pageError(error, () => void refetch())}
    >
      {held.length === 0 && (
        <Section title={words.position}>
          <p className={css.quiet}>{words.noPosition}</p>
        </Section>
      )}
      {held.map((position) => (
        <Held key={positionId(position)} position={position} />
      ))}
    </PageState>
  );
}

function Held({ position }: { position: PositionDetail }) {
  const c = positionWords.columns;
  const ratio = profitRatio(position);
  return (
    <Section title={words.position} note={words.ofStrategy(codeWords(position.strategy))}>
      <div className={css.held}>
        <Figures columns={4}>
          <Figure
            label={c.profit}
            value={<Change paise={position.unrealised_paise} />}
            note={ratio === null ? undefined : percentSigned(ratio)}
          />
          <Figure
            label={c.quantity}
            value={count(position.quantity)}
            note={
              <>
                {c.opened} <Day date={position.opened_on} />
              </>
            }
          />
          <Figure
            label={c.last}
            value={<LastPrice position={position} />}
            note={
              <>
                {c.average} <Money paise={position.average_price_paise} plain />
              </>
            }
          />
          <Figure
            label={c.value}
            value={<Money paise={position.market_value_paise} plain />}
            note={
              <>
                {c.invested} <Money paise={position.invested_paise} plain />
              </>
            }
          />
        </Figures>
        <p className={css.quiet}>
          {c.after}: <LookedAfterBy position={position} />
        </p>
        <div className={css.columns}>
          <Section title={words.entries} flush>
            <Entries entries={position.entries} />
          </Section>
          <Section title={words.verdicts}>
            <Verdicts verdicts={position.verdicts} />
          </Section>
        </div>
      </div>
    </Section>
  );
}
