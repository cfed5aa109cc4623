import type { CalendarNow } from '../api/schema';

export interface PhaseNow {
  phase: string;
  /** The next change of phase today and when it comes; null when nothing more happens today. */
  next: { phase: string; at: string } | null;
}

/** Reads from today's phases which one it is now, so that the header is right between two answers of the daemon. */
export function phaseNow(calendar: Pick<CalendarNow, 'today'>, nowMs: number): PhaseNow {
  const { phases } = calendar.today;
  const here = phases.findIndex(
    ({ starts_at, ends_at }) => Date.parse(starts_at) <= nowMs && nowMs < Date.parse(ends_at),
  );
  const current = phases[here];
  if (current) {
    const after = phases[here + 1];
    const isAdjoining = after !== undefined && after.starts_at === current.ends_at;
    return {
      phase: current.phase,
      next: { phase: isAdjoining ? after.phase : 'closed', at: current.ends_at },
    };
  }
  const coming = phases.find(({ starts_at }) => nowMs < Date.parse(starts_at));
  return { phase: 'closed', next: coming ? { phase: coming.phase, at: coming.starts_at } : null };
}
