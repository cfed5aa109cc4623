import { dayName, dayOf } from '../format/time';
import { useClock } from './clock';

/** A date in India; the year is shown where it is not the present one. */
export function Day({ date }: { date: string | null }) {
  const clock = useClock();
  if (date === null) return <span className="figure">–</span>;
  const today = clock ? dayOf(clock.nowMs()) : '';
  return (
    <time className="figure" dateTime={date} title={date}>
      {dayName(date, today)}
    </time>
  );
}
