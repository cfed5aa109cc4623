import type { Lane, SlotOfLane, TicksOfLane } from '../../api/schema';
import type { LaneSlot, LaneTicks } from '../../parts/Lane';
import { taskWord } from './words';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HALF_HOUR_MS = HOUR_MS / 2;

/** The slots of a task in the shape that is drawn. Those with minutes of their own last until the last of these. */
export function laneSlots(
  { task, slots, ticks }: Lane,
  noteOf: (slot: SlotOfLane) => string,
): LaneSlot[] {
  const minutes = ticks.map(minutesOf);
  return slots.map((slot, index) => {
    const [due_at, outcome] = slot;
    const atMs = Date.parse(due_at);
    const next = slots[index + 1];
    const nextMs = next ? Date.parse(next[0]) : Number.POSITIVE_INFINITY;
    const own = minutes.filter(({ fromMs }) => fromMs >= atMs && fromMs < nextMs);
    return {
      id: `${task} ${due_at}`,
      atMs,
      untilMs: own.at(-1)?.untilMs ?? null,
      outcome: outcome === 'due' && isAtWork(own) ? 'running' : outcome,
      ...(own.length > 0 && { ticks: own }),
      note: noteOf(slot),
    };
  });
}

/** Between two minutes that come in time a continuous slot is at work, although nothing of it executes. */
function isAtWork(minutes: readonly LaneTicks[]): boolean {
  return minutes.findLast(({ outcome }) => outcome !== 'due')?.outcome === 'ran';
}

function minutesOf([outcome, from, count]: TicksOfLane): LaneTicks {
  const fromMs = Date.parse(from);
  return { outcome, fromMs, untilMs: fromMs + count * MINUTE_MS };
}

/** All slots of a user on one lane, each under the name of its task. */
export function userLane(lanes: readonly Lane[]): LaneSlot[] {
  return lanes.flatMap((lane) => laneSlots(lane, () => taskWord(lane.task)));
}

export interface DaySpan {
  fromMs: number;
  toMs: number;
}

/** The part of the day to draw: the exchange's usual day, widened to what is due. */
export function daySpan(startOfDayMs: number, slots: readonly LaneSlot[]): DaySpan {
  const first = Math.min(startOfDayMs + 9 * HOUR_MS, ...slots.map(({ atMs }) => atMs));
  const last = Math.max(
    startOfDayMs + 18 * HOUR_MS,
    ...slots.map(({ atMs, untilMs }) => untilMs ?? atMs),
  );
  return { fromMs: first - HALF_HOUR_MS, toMs: last + HALF_HOUR_MS };
}
