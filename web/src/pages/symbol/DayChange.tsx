import type { Quote } from '../../api/schema';
import { Change } from '../../parts/Change';

const POINTS_IN_ONE = 10_000;

/** What a share gained or lost since the close before, as exact as an exchange tells it. */
export function DayChange({ quote }: { quote: Quote }) {
  const { day_change_paise: paise, day_change_basis_points: points } = quote;
  return (
    <Change paise={paise} ratio={points === null ? null : points / POINTS_IN_ONE} digits={2} />
  );
}
