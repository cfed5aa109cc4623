import { useEffect, useRef } from 'react';
import { Failure } from '../api/client';
import { isServed } from '../api/code';
import { isPassing } from '../api/queries';

const PROBE_MS = 5000;
/** A file that is gone for good must not make a page that reloads on and on. */
const RELOAD_MS = 60_000;
const RELOADED_AT = 'prahari:reloaded-at';

/**
 * Has a page that failed because the daemon was away come back by itself, as soon as the daemon answers: by `again`,
 * or by a reload where its code did not come, as browsers keep such a failure until then. Nothing is typed on it.
 */
export function useRecovery(error: unknown, again: () => void, reload: () => void): void {
  const steps = useRef({ again, reload });
  steps.current = { again, reload };
  useEffect(() => {
    if (!isPassing(error)) return;
    let isOver = false;
    const probe = async () => {
      if (!(await isServed()) || isOver) return;
      if (!isCodeMissing(error)) steps.current.again();
      else if (mayReload()) steps.current.reload();
    };
    const soon = () => void probe();
    const timer = setInterval(soon, PROBE_MS);
    globalThis.addEventListener('online', soon);
    return () => {
      isOver = true;
      clearInterval(timer);
      globalThis.removeEventListener('online', soon);
    };
  }, [error]);
}

export function isCodeMissing(error: unknown): boolean {
  return error instanceof Failure && error.code === 'not_loaded';
}

/** Whether this tab was not reloaded a moment ago already, and notes that it is now. */
function mayReload(): boolean {
  const before = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  if (Date.now() - before < RELOAD_MS) return false;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  return true;
}
