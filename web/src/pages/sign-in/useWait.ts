import { useEffect, useState } from 'react';
import { Failure } from '../../api/client';

const SECOND_MS = 1000;

/** Real seconds until the daemon hears another attempt after `too_many_attempts`; 0 when it would now. */
export function useWait(error: unknown): number {
  const seconds = error instanceof Failure ? (error.retryAfterS ?? 0) : 0;
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const end = performance.now() + seconds * SECOND_MS;
    const look = () => setLeft(Math.max(0, Math.ceil((end - performance.now()) / SECOND_MS)));
    look();
    if (seconds === 0 || error === null) return;
    const timer = setInterval(look, SECOND_MS / 4);
    return () => clearInterval(timer);
  }, [seconds, error]);
  return left;
}
