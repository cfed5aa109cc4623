import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { UserAtAGlance, UserLanes } from '../../api/schema';
import { Change } from '../../parts/Change';
import { Lane } from '../../parts/Lane';
import { type DaySpan, userLane } from './lanes';
import css from './Today.module.css';
import { words } from './words';

interface Props {
  lanes: UserLanes;
  /** Undefined until the figures of the user are read. */
  user: UserAtAGlance | undefined;
  span: DaySpan;
}

/** A user: the service, what is wrong, the runs of the day, and the result. */
export const UserRow = memo(function UserRow({ lanes, user, span }: Props) {
  const { running, tasks, user_name } = lanes;
  return (
    <div className={css.userRow}>
      <Link to="/" search={{ user: lanes.user }} className={css.userName} title={user_name}>
        {user_name}
      </Link>
      <span className={css.service} data-on={running || undefined}>
        {running ? '● ' : '○ '}
        {running ? words.serviceOn : words.serviceOff}
      </span>
      <Wrong lanes={lanes} user={user} />
      {tasks.length === 0 ? (
        <span className={css.hint}>{words.nothingExpected}</span>
      ) : (
        <Lane label={user_name} slots={userLane(tasks)} {...span} />
      )}
      <span className={css.net}>
        <Change paise={user?.net_today_paise ?? null} compact />
      </span>
    </div>
  );
}, isSame);

/** A span is made anew with each tick of the clock, and the same all day. */
function isSame(one: Props, other: Props): boolean {
  return (
    one.lanes === other.lanes &&
    one.user === other.user &&
    one.span.fromMs === other.span.fromMs &&
    one.span.toMs === other.span.toMs
  );
}

/** What keeps orders of a user back: the strictest of it. */
function restricted(user: Props['user']): string[] {
  if (user?.halted) return [words.halted];
  if (user?.kill_switch) return [words.stopped];
  return user?.trading_state === 'reduce_only' ? [words.reduceOnly] : [];
}

function Wrong({ lanes, user }: Pick<Props, 'lanes' | 'user'>) {
  const { troubled_slots, open_alerts, unknown_orders } = lanes;
  const parts = [...restricted(user), ...words.wrong(troubled_slots, open_alerts, unknown_orders)];
  const text = parts.join(' · ');
  return (
    <span className={css.wrong} title={text}>
      {text !== '' && `▲ ${text}`}
    </span>
  );
}
