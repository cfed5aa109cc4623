import { useInfiniteQuery } from '@tanstack/react-query';
import { appliedQuery } from '../../api/actions';
import { useListState } from '../../api/listState';
import type { AppliedAction } from '../../api/schema';
import { actionWord } from '../../format/actions';
import { capital } from '../../format/text';
import { Day } from '../../parts/Day';
import { Money } from '../../parts/Money';
import { Section } from '../../parts/Section';
import css from './Positions.module.css';
import { words } from './words';

interface Props {
  symbol: string;
  user: number | undefined;
}

/** What corporate actions made of the shares that were held; nothing where there was none. */
export function AppliedActions({ symbol, user }: Props) {
  const { items } = useListState(useInfiniteQuery(appliedQuery(user, { symbol })));
  if (items.length === 0) return null;
  return (
    <Section title={words.actions}>
      <ul className={css.actions}>
        {items.map((applied) => (
          <li key={applied.number}>
            <Line applied={applied} symbol={symbol} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** `Bonus 1:1 on 28 Oct 2024: 10 → 20 shares`. */
function Line({ applied, symbol }: { applied: AppliedAction; symbol: string }) {
  const { terms, undoes, cash_paise, income_paise } = applied;
  const what = terms ? actionWord(terms) : capital(applied.what);
  const own = applied.positions.filter((position) => position.symbol === symbol);
  const before = own.reduce((sum, { quantity_before }) => sum + quantity_before, 0);
  const after = own.reduce((sum, { quantity_after }) => sum + quantity_after, 0);
  return (
    <>
      {undoes ? words.takenBack(what) : what}
      {terms && (
        <>
          {' '}
          {words.on} <Day date={terms.ex_day} />
        </>
      )}
      {before !== after && `: ${words.shares(before, after)}`}
      {income_paise !== 0 && (
        <>
          , <Money paise={income_paise} />
        </>
      )}
      {cash_paise !== 0 && (
        <>
          , {words.forParts} <Money paise={cash_paise} />
        </>
      )}
    </>
  );
}
