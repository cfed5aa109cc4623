import { createContext, useContext, useEffect, useState } from 'react';
import type { Clock } from '../format/clock';

/** Null until the daemon has told its time. */
export const ClockContext = createContext<Clock | null>(null);

export function useClock(): Clock | null {
  return useContext(ClockContext);
}

// Four looks a second: a second of the clock is never shown late by more than a quarter.
const LOOK_EVERY_MS = 250;

function second(clock: Clock | null): number | null {
  return clock && Math.floor(clock.nowMs() / 1000) * 1000;
}

/** The present second by the daemon's clock; renders again only when it changes. */
export function useNow(): number | null {
  const clock = useClock();
  const [now, setNow] = useState(() => second(clock));
  useEffect(() => {
    const look = () => setNow(second(clock));
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [clock]);
  return now;
}
