import type { TaskStatus } from '../../api/schema';
import { toMs } from '../../format/time';

/** From one start of a task to the next that somebody asks for; the daemon's rule, and the daemon decides. */
const APART_MS = 120_000;

/** Why a task cannot be run once now. */
export interface Held {
  /** `ticking` when its service starts it again before it could be run. */
  why: 'executing' | 'recent' | 'ticking';
  /** When it can be, by the daemon's clock; null where that is not known. */
  untilMs: number | null;
}

type Status = Pick<TaskStatus, 'executing' | 'last_run' | 'next_run_at'>;

/** What keeps a task from being run once; `refusedUntil` is what the daemon said when it refused the last press. */
export function held(
  { executing, last_run, next_run_at }: Status,
  nowMs: number,
  refusedUntil: string | null,
): Held | null {
  const startedMs = last_run === null ? Number.NEGATIVE_INFINITY : toMs(last_run.started_at);
  const untilMs = Math.max(
    startedMs + APART_MS,
    refusedUntil === null ? Number.NEGATIVE_INFINITY : toMs(refusedUntil),
  );
  const isRecent = untilMs > nowMs;
  if (isRecent && next_run_at !== null && toMs(next_run_at) <= untilMs) {
    return { why: 'ticking', untilMs: null };
  }
  if (executing) return { why: 'executing', untilMs: null };
  return isRecent ? { why: 'recent', untilMs } : null;
}
