import { countdown, type InstantLike, toMs } from '../format/time';
import { useNow } from './clock';

interface Props {
  until: InstantLike;
  /** What to show when the moment has come. */
  over?: string;
}

/** The time left by the daemon's clock. It is no live region: a reading every second would drown all else. */
export function Countdown({ until, over }: Props) {
  const now = useNow();
  if (now === null) return <span className="figure">–</span>;
  const left = toMs(until) - now;
  if (left <= 0 && over !== undefined) return <span>{over}</span>;
  return (
    <span className="figure" role="timer" aria-live="off">
      {countdown(left)}
    </span>
  );
}
