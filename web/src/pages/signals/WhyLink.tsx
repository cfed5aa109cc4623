import { Link } from '@tanstack/react-router';
import type { Signal } from '../../api/schema';
import css from './Signals.module.css';
import { words } from './words';

/** Leads to why a signal was not traded; nothing beside one that was. */
export function WhyLink({ symbol, day, status }: Pick<Signal, 'symbol' | 'day' | 'status'>) {
  if (status === 'traded') return null;
  return (
    <Link
      to="/symbols/$symbol"
      params={{ symbol }}
      search={{ day }}
      className={css.why}
      aria-label={words.whyOf(symbol, day)}
    >
      {words.why}
    </Link>
  );
}
