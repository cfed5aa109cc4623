import { useInfiniteQuery } from '@tanstack/react-query';
import { haltsQuery } from '../../api/halts';
import { rows } from '../../api/pages';
import { Instant } from '../../parts/Instant';
import { Icon } from '../../parts/icons/Icon';
import css from './Alerts.module.css';
import { words } from './words';

interface Props {
  user: number | undefined;
  name: string | undefined;
}

/** What of a user is halted, and who can lift that. */
export function Halted({ user, name }: Props) {
  const halts = rows(useInfiniteQuery(haltsQuery(user, true)).data);
  return halts.map(({ id, symbol, reason, since }) => (
    <div key={id} className={css.halt} role="status">
      <Icon name="stop" />
      <div>
        <p>
          <strong>
            {symbol === null
              ? name === undefined
                ? words.halted
                : words.haltedOf(name)
              : words.haltedSymbol(symbol)}
          </strong>{' '}
          <span className={css.soft}>
            <Instant at={since} day />
          </span>
        </p>
        <p>{reason}</p>
        <p className={css.soft}>{words.haltedText}</p>
      </div>
    </div>
  ));
}
