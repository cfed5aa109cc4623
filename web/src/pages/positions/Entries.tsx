import { Link } from '@tanstack/react-router';
import type { PositionDetail } from '../../api/schema';
import { count, decimal } from '../../format/numbers';
import { Day } from '../../parts/Day';
import { Money } from '../../parts/Money';
import { purposeWords } from '../orders/words';
import css from './Positions.module.css';
import { words } from './words';

const w = words.entry;

/** The buys of a position, each with its reason. */
export function Entries({ entries }: { entries: PositionDetail['entries'] }) {
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{w.day}</th>
          <th scope="col">{w.why}</th>
          <th scope="col" className={css.right}>
            {w.quantity}
          </th>
          <th scope="col" className={css.right}>
            {w.price}
          </th>
          <th scope="col" className={css.right}>
            {w.rsi}
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.order}>
            <td>
              <Day date={entry.day} />
            </td>
            <td>
              <Link to="/orders" search={{ order: entry.order }}>
                {purposeWords(entry.purpose)}
              </Link>
            </td>
            <td className={css.right}>{count(entry.quantity)}</td>
            <td className={css.right}>
              <Money paise={entry.price_paise} />
            </td>
            <td className={css.right}>{entry.rsi === null ? '–' : decimal(entry.rsi, 1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
