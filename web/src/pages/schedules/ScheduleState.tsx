import type { Schedule } from '../../api/schedules';
import type { Mark } from '../../format/outcome';
import { MarkWord } from '../../parts/MarkWord';
import { words } from './words';

const MARKS = {
  on: { shape: 'disc', word: words.on, token: 'accent' },
  off: { shape: 'bar', word: words.off, token: 'skip' },
  flagged: { shape: 'triangle', word: words.flagged, token: 'warn' },
  failing: { shape: 'cross', word: words.failing, token: 'bad' },
} as const satisfies Record<string, Mark>;

/** Whether a schedule is on, and whether something is wrong with it. */
export function ScheduleState({ schedule }: { schedule: Schedule }) {
  return <MarkWord mark={markOf(schedule)} />;
}

function markOf({ enabled, problem, flags }: Schedule): Mark {
  if (!enabled) return MARKS.off;
  if (problem !== null) return MARKS.failing;
  return flags.length > 0 ? MARKS.flagged : MARKS.on;
}
