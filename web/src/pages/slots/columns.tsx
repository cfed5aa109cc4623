import { Link } from '@tanstack/react-router';
import type { Alert, LedgerSlot } from '../../api/schema';
import { count } from '../../format/numbers';
import { reasonText } from '../../format/reason';
import { taskWord } from '../../format/task';
import { Countdown } from '../../parts/Countdown';
import type { Column } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import type { OutcomeOf } from './outcomeNow';
import { Settle } from './Settle';
import { SlotMark } from './SlotMark';
import css from './Slots.module.css';
import { words } from './words';

/** What is known beside the slots themselves. */
export interface Beside {
  isOfAll: boolean;
  outcomeOf: OutcomeOf;
  /** Open ones. */
  alerts: readonly Alert[];
}

export function slotKey({ user, task, due_at }: LedgerSlot): string {
  return `${user} ${task} ${due_at}`;
}

/** The open alert that says that a slot was not seen. */
function alertOf({ alerts }: Beside, slot: LedgerSlot): Alert | undefined {
  return alerts.find(
    ({ user, task, due_at }) =>
      user === slot.user &&
      task === slot.task &&
      typeof due_at === 'string' &&
      Date.parse(due_at) === Date.parse(slot.due_at),
  );
}

/** The run that decided a slot; among slots of everybody the link names its user as well. */
export function RunLink({ slot, beside }: { slot: LedgerSlot; beside: Beside }) {
  if (slot.execution === null) return '–';
  return (
    <Link
      to="/runs/$run"
      params={{ run: slot.execution }}
      search={beside.isOfAll ? { user: slot.user } : {}}
      className={css.link}
    >
      {slot.execution}
    </Link>
  );
}

/** How the ticks of a continuous slot went. */
export function TicksOf({ slot }: { slot: LedgerSlot }) {
  if (slot.kind !== 'continuous') return '–';
  const { ran, expected, failed, missed, skipped } = slot.ticks;
  const rest = words.ticksRest(failed, missed, skipped);
  return (
    <span className="figure">
      {words.ticksOf(ran, expected)}
      {rest !== '' && <span className={failed + missed > 0 ? css.warn : css.soft}>, {rest}</span>}
    </span>
  );
}

export function RetryAt({ at }: { at: string | null }) {
  if (at === null) return '–';
  return (
    <>
      <Instant at={at} />{' '}
      <span className={css.soft}>
        <Countdown until={at} />
      </span>
    </>
  );
}

/** What can be done about a slot: an alert of it is settled. */
export function SlotAction({ slot, beside }: { slot: LedgerSlot; beside: Beside }) {
  const alert = alertOf(beside, slot);
  if (!alert) return null;
  return <Settle alert={alert} slot={slot} name={beside.isOfAll ? slot.user_name : undefined} />;
}

/** The columns of slots; those in which nothing would stand leave their room to the reasons. */
export function slotColumns(beside: Beside, slots: readonly LedgerSlot[]): Column<LedgerSlot>[] {
  const hasRetries = slots.some(({ retry_at }) => typeof retry_at === 'string');
  const hasAlerts = slots.some((slot) => alertOf(beside, slot) !== undefined);
  const user: Column<LedgerSlot> = {
    id: 'user',
    header: words.user,
    cell: (slot) => (
      <Link to="/slots" search={{ user: slot.user }} className={css.link}>
        {slot.user_name}
      </Link>
    ),
    sortBy: (slot) => slot.user_name,
  };
  return [
    {
      id: 'due',
      header: words.due,
      cell: ({ due_at }) => <Instant at={due_at} />,
      sortBy: ({ due_at }) => due_at,
    },
    ...(beside.isOfAll ? [user] : []),
    {
      id: 'task',
      header: words.task,
      cell: ({ task }) => taskWord(task),
      sortBy: ({ task }) => task,
    },
    {
      id: 'state',
      header: words.state,
      cell: (slot) => <SlotMark slot={slot} outcomeOf={beside.outcomeOf} />,
      sortBy: ({ state }) => state,
    },
    {
      id: 'reason',
      header: words.reason,
      grow: true,
      cell: ({ reason }) => <span title={reasonText(reason)}>{reasonText(reason)}</span>,
    },
    {
      id: 'ticks',
      header: words.ticks,
      align: 'right',
      cell: (slot) => <TicksOf slot={slot} />,
      sortBy: ({ kind, ticks }) => (kind === 'continuous' ? ticks.ran : null),
    },
    {
      id: 'attempts',
      header: words.attempts,
      align: 'right',
      // Of a continuous slot its ticks are counted.
      cell: ({ kind, attempts }) => (kind === 'continuous' ? '–' : count(attempts)),
      sortBy: ({ kind, attempts }) => (kind === 'continuous' ? null : attempts),
    },
    {
      id: 'retry',
      header: words.retry,
      cell: ({ retry_at }) => <RetryAt at={retry_at ?? null} />,
      optional: !hasRetries,
    },
    {
      id: 'run',
      header: words.run,
      align: 'right',
      cell: (slot) => <RunLink slot={slot} beside={beside} />,
    },
    {
      id: 'until',
      header: words.until,
      cell: ({ ends_at }) => <Instant at={ends_at ?? null} />,
      optional: true,
    },
    {
      id: 'last',
      header: words.lastTick,
      cell: ({ ticks }) => <Instant at={ticks.last_at ?? null} />,
      optional: true,
    },
    {
      id: 'free',
      header: words.free,
      cell: ({ free_at }) => <Instant at={free_at ?? null} />,
      optional: true,
    },
    {
      id: 'action',
      header: words.alert,
      align: 'right',
      cell: (slot) => <SlotAction slot={slot} beside={beside} />,
      optional: !hasAlerts,
    },
  ];
}
