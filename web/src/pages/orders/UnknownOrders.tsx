import { useQuery } from '@tanstack/react-query';
import { unknownOrdersQuery } from '../../api/orders';
import type { UnknownOrder } from '../../api/schema';
import { count } from '../../format/numbers';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Section } from '../../parts/Section';
import { DecideOrder } from './DecideOrder';
import { evidenceOf } from './evidence';
import css from './Orders.module.css';
import { words } from './words';

interface Props {
  /** Whose orders they are; undefined for those of the caller. */
  user: number | undefined;
  /** Only this one, beside its story. */
  id?: string;
}

/** The orders of which it is not known what became of them, with the evidence; nothing while there are none. */
export function UnknownOrders({ user, id }: Props) {
  const { data } = useQuery(unknownOrdersQuery(user));
  const shown = data?.orders.filter(({ order }) => id === undefined || order.id === id) ?? [];
  if (data === undefined || shown.length === 0) return null;
  const more = id === undefined ? data.total - shown.length : 0;
  return (
    <Section title={words.evidence.title} note={words.unknownNote}>
      <div className={css.parts}>
        {shown.map((unknown) => (
          <OneUnknown key={unknown.order.id} unknown={unknown} />
        ))}
        {more > 0 && <p className={css.dialogText}>{words.evidence.more(more)}</p>}
      </div>
    </Section>
  );
}

function OneUnknown({ unknown }: { unknown: UnknownOrder }) {
  const { order, since } = unknown;
  return (
    <article className={css.unknown} aria-label={order.id}>
      <div className={css.headline}>
        <b>{words.orderTitle(order.side, count(order.quantity), order.symbol)}</b>
        <DecideOrder unknown={unknown} />
      </div>
      <DefinitionList
        items={[
          { term: words.evidence.since, value: <Instant at={since} day /> },
          ...evidenceOf(unknown).map(({ term, text }) => ({ term, value: text })),
        ]}
      />
    </article>
  );
}
