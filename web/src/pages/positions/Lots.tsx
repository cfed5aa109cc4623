import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lotsQuery } from '../../api/money';
import { pageError } from '../../api/problems';
import type { PositionDetail, PositionLot } from '../../api/schema';
import { count, plural } from '../../format/numbers';
import { Day } from '../../parts/Day';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Positions.module.css';
import { positionId } from './strategies';
import { words } from './words';

interface Props {
  position: PositionDetail;
  user: number | undefined;
}

/** The shares that are left of each buy, the ones that are sold next before the others. */
export function Lots({ position, user }: Props) {
  const { data, error, isPending, refetch } = useQuery(lotsQuery(user));
  const found = data?.items.find((one) => positionId(one) === positionId(position));
  const lots = found?.lots ?? [];
  return (
    <Section title={words.lots} note={words.lotsNote} flush>
      <PageState
        loading={isPending}
        error={data || !error ? null : pageError(error, () => void refetch())}
      >
        <LotTable lots={lots} />
      </PageState>
    </Section>
  );
}

function LotTable({ lots }: { lots: readonly PositionLot[] }) {
  const w = words.lot;
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{w.bought}</th>
          <th scope="col">{w.settles}</th>
          <th scope="col" className={css.right}>
            {w.age}
          </th>
          <th scope="col" className={css.right}>
            {w.quantity}
          </th>
          <th scope="col" className={css.right}>
            {w.price}
          </th>
          <th scope="col" className={css.right}>
            {w.cost}
          </th>
        </tr>
      </thead>
      <tbody>
        {lots.map((lot, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an order that was filled at two prices has two lots
          <tr key={`${lot.order}-${place}`}>
            <td>
              <Link to="/orders" search={{ order: lot.order }}>
                <Day date={lot.bought_on} />
              </Link>
            </td>
            <td>{lot.settles_on === null ? w.notKnown : <Day date={lot.settles_on} />}</td>
            <td className={css.right}>{plural(lot.age_days, 'day')}</td>
            <td className={css.right}>{count(lot.quantity)}</td>
            <td className={css.right}>
              <Money paise={lot.price_paise} plain />
            </td>
            <td className={css.right}>
              <Money paise={lot.cost_paise} plain />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
