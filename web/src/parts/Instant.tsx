import { dayAndTime, dayName, dayOf, type InstantLike, timeOfDay, toMs } from '../format/time';

interface Props {
  /** Null where it has not happened. */
  at: InstantLike | null;
  /** Shows the day as well; without it the day is in the tooltip. */
  day?: boolean;
}

/** An instant in IST, to the second. */
export function Instant({ at, day = false }: Props) {
  if (at === null || Number.isNaN(toMs(at))) return <span className="figure">–</span>;
  return (
    <time
      className="figure"
      dateTime={new Date(toMs(at)).toISOString()}
      title={`${dayName(dayOf(at))} ${dayOf(at).slice(0, 4)}, ${timeOfDay(at)} IST`}
    >
      {day ? dayAndTime(at) : timeOfDay(at)}
    </time>
  );
}
