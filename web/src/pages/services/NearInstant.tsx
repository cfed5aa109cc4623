import { dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';
import { Instant } from '../../parts/Instant';

/** An instant, with its day where that is not today. */
export function NearInstant({ at }: { at: string }) {
  const now = useNow();
  return <Instant at={at} day={now !== null && dayOf(now) !== dayOf(at)} />;
}
