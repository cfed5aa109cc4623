import type { UserAtAGlance } from '../../api/schema';
import { count, plural } from '../../format/numbers';
import { Change } from '../../parts/Change';
import type { Column } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { stateMark } from './state';
import css from './Users.module.css';
import { words } from './words';

const service = ({ running }: UserAtAGlance) => (running ? words.on : words.off);

export const columns: readonly Column<UserAtAGlance>[] = [
  {
    id: 'name',
    header: words.name,
    cell: ({ name }) => <strong>{name}</strong>,
    sortBy: ({ name }) => name,
  },
  {
    id: 'role',
    header: words.role,
    cell: ({ role }) => words.roles[role],
    sortBy: ({ role }) => role,
  },
  {
    id: 'state',
    header: words.state,
    cell: ({ active }) => <MarkWord mark={stateMark(active)} />,
    sortBy: ({ active }) => (active ? 0 : 1),
  },
  { id: 'service', header: words.service, cell: service, sortBy: service },
  {
    id: 'mode',
    header: words.money,
    cell: ({ mode }) => words.modes[mode],
    sortBy: ({ mode }) => mode,
  },
  {
    id: 'needs',
    header: words.needs,
    cell: (user) => <Needs user={user} />,
    sortBy: (user) => -needsOf(user).length,
    grow: true,
  },
  {
    id: 'net',
    header: words.net,
    align: 'right',
    cell: ({ net_today_paise }) => <Change paise={net_today_paise} />,
    sortBy: ({ net_today_paise }) => net_today_paise,
  },
  {
    id: 'seen',
    header: words.seen,
    cell: ({ seen_at }) => <Instant at={seen_at} day />,
    sortBy: ({ seen_at }) => seen_at,
  },
  {
    id: 'created',
    header: words.created,
    cell: ({ created_at }) => <Day date={created_at.slice(0, 10)} />,
    sortBy: ({ created_at }) => created_at,
    optional: true,
  },
  {
    id: 'number',
    header: words.number,
    align: 'right',
    cell: ({ id }) => id,
    sortBy: ({ id }) => id,
    optional: true,
  },
];

/** What of a user somebody has to look at. */
function needsOf(user: UserAtAGlance): string[] {
  const { chaos, kill_switch, trading_state, halted, open_alerts, unknown_orders } = user;
  return [
    chaos && words.misbehaves,
    halted && words.halted,
    kill_switch && words.stopped,
    trading_state === 'reduce_only' && words.reduceOnly,
    unknown_orders > 0 && words.unknownOrders(count(unknown_orders)),
    open_alerts > 0 && plural(open_alerts, 'open alert'),
  ].filter((need) => need !== false);
}

function Needs({ user }: { user: UserAtAGlance }) {
  const needs = needsOf(user).join(', ');
  return needs === '' ? '–' : <span className={css.warn}>{needs}</span>;
}

export function UserCard(user: UserAtAGlance) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <strong>{user.name}</strong>
        <MarkWord mark={stateMark(user.active)} />
      </span>
      <span className={css.soft}>
        {words.roles[user.role]} · {words.service.toLowerCase()} {service(user)} ·{' '}
        {words.modes[user.mode]} · <Change paise={user.net_today_paise} />
      </span>
      {needsOf(user).length > 0 && <Needs user={user} />}
    </div>
  );
}
