import type { LedgerDayOfAll, UserAtAGlance } from '../../api/schema';
import { count } from '../../format/numbers';
import { Change } from '../../parts/Change';
import { Figure } from '../../parts/Figure';
import css from './Today.module.css';
import { words } from './words';

interface Props {
  day: LedgerDayOfAll;
  users: readonly UserAtAGlance[];
}

/** The day of everybody in figures. */
export function DayFigures({ day, users }: Props) {
  const sum = (of: (slots: LedgerDayOfAll['tasks'][number]['slots']) => number) =>
    day.tasks.reduce((total, { slots }) => total + of(slots), 0);
  const trouble = sum(({ overdue, missed, failed }) => overdue + missed + failed);
  const on = users.filter(({ running }) => running).length;
  return (
    <div className={css.figures}>
      <Figure label={words.trouble} value={count(trouble)} big />
      <Figure
        label={words.slots}
        value={count(sum(({ ran, late, skipped }) => ran + late + skipped))}
        note={words.slotsOf(sum(({ expected }) => expected))}
      />
      <Figure label={words.late} value={count(sum(({ late }) => late))} />
      <Figure label={words.servicesOn} value={count(on)} note={words.ofUsers(users.length)} />
      <NetOfAll users={users} />
    </div>
  );
}

function NetOfAll({ users }: { users: readonly UserAtAGlance[] }) {
  const known = users
    .map(({ net_today_paise }) => net_today_paise)
    .filter((net) => typeof net === 'number');
  const net = known.reduce((sum, one) => sum + one, 0);
  const left = users.length - known.length;
  return (
    <Figure
      label={words.netToday}
      value={<Change paise={net} compact />}
      note={left > 0 ? words.netWithout(left) : words.netNote}
    />
  );
}
