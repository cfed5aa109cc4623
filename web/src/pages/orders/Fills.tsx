import type { OrderDetail } from '../../api/schema';
import { count } from '../../format/numbers';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { AnnulFill } from './AnnulFill';
import css from './Orders.module.css';
import { words } from './words';

/** The fills of an order; those that were taken back stay, struck through. */
export function Fills({
  order,
  fills,
  fills_may_be_annulled: mayBeAnnulled,
}: Pick<OrderDetail, 'order' | 'fills' | 'fills_may_be_annulled'>) {
  const w = words.fill;
  return (
    <table className={css.fills}>
      <thead>
        <tr>
          <th scope="col">{w.at}</th>
          <th scope="col" className={css.right}>
            {w.quantity}
          </th>
          <th scope="col" className={css.right}>
            {w.price}
          </th>
          <th scope="col">{w.key}</th>
        </tr>
      </thead>
      <tbody>
        {/* A fill that was annulled may be told again under its key. */}
        {fills.map((fill) => (
          <tr
            key={`${fill.key} ${fill.withdrawn ?? ''}`}
            className={fill.withdrawn ? css.annulled : ''}
          >
            <td>
              <Instant at={fill.filled_at} />
            </td>
            <td className={css.right}>{count(fill.quantity)}</td>
            <td className={css.right}>
              <Money paise={fill.price_paise} />
            </td>
            <td title={fill.withdrawn ?? undefined}>
              <div className={css.fillKey}>
                {fill.withdrawn === null ? fill.key : `${fill.key}, ${w.annulled}`}
                {mayBeAnnulled && fill.withdrawn === null && (
                  <AnnulFill order={order} fill={fill} />
                )}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
