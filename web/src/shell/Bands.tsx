import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { serviceQuery } from '../api/services';
import { tradingStateQuery } from '../api/trading';
import { useMode } from '../api/useMode';
import { chaosText } from '../format/chaos';
import { useLive } from '../live/context';
import { useStore } from '../live/store';
import { Instant } from '../parts/Instant';
import { Icon } from '../parts/icons/Icon';
import css from './Bands.module.css';
import { bandOf } from './trading';
import { useViewing } from './viewing';
import { tradingWords, words } from './words';

/** Whose things are shown, as long as an admin looks at another user's. */
export function ViewingBand() {
  const { name } = useViewing();
  const isSignals = useLocation({ select: ({ pathname }) => pathname === '/signals' });
  if (name === undefined) return null;
  return (
    <div className={css.viewing}>
      <Icon name="users" />
      <strong>{words.viewing(name)}</strong>
      <span className={css.text}>{isSignals ? words.viewingSignals : words.viewingText}</span>
      <Link to="." search={(search) => ({ ...search, user: undefined })} className={css.action}>
        {words.stopViewing}
      </Link>
    </div>
  );
}

/** That orders of whoever is shown cost real money. */
export function RealMoneyBand() {
  const { user, name } = useViewing();
  if (useMode(user) !== 'live') return null;
  return (
    <div className={css.real}>
      <Icon name="warning" />
      <strong>{words.realMoney}</strong>
      <span className={css.text}>{words.realMoneyText(name)}</span>
    </div>
  );
}

/** That a paper broker misbehaves on purpose: nobody takes practice for an accident. */
export function PracticeBand() {
  const { user } = useViewing();
  const chaos = useQuery(serviceQuery(user)).data?.chaos;
  if (!chaos) return null;
  return (
    <div className={css.practice} role="status">
      <Icon name="warning" />
      <span>
        <strong>{words.practice}</strong>: {chaosText(chaos)}, {words.practiceUntil}{' '}
        <Instant at={chaos.until} day />.
      </span>
    </div>
  );
}

/** That less than everything may be sent, and why. */
export function TradingBand() {
  const { user, name } = useViewing();
  const { data } = useQuery(tradingStateQuery(user));
  const band = data ? bandOf(data, name) : null;
  if (band === null) return null;
  return (
    <div className={css.trading}>
      <Icon name="stop" />
      <strong>{band.title}</strong>
      <span className={css.text}>{band.text}</span>
      <Link to="/settings/$section" params={{ section: 'trading' }} className={css.action}>
        {tradingWords.change}
      </Link>
    </div>
  );
}

/** That figures are not fed any more, and since when. */
export function LostBand() {
  const live = useLive();
  const state = useStore(live.state);
  const since = useStore(live.lostAt);
  if (state !== 'lost') return null;
  return (
    <div className={css.lost} role="alert">
      <Icon name="warning" />
      <span>
        {words.lostBand}{' '}
        {since !== null && (
          <>
            {words.lostBandSince} <Instant at={since} />.{' '}
          </>
        )}
        {words.lostBandOrders}
      </span>
    </div>
  );
}
