import type { LedgerSlot, ManifestBody, UserLanes } from '../../api/schema';
import { type Outcome, slotOutcome } from '../../format/outcome';
import { laneSlots } from '../today/lanes';

/** Says how a slot stands now. */
export type OutcomeOf = (slot: LedgerSlot, nowMs: number) => Outcome;

/** As the daemon says it of the slots of a user, in the words of Today; by the clock until it has said it. */
export function byLanes(lanes: UserLanes | undefined): OutcomeOf {
  const key = (task: string, dueMs: number) => `${task} ${dueMs}`;
  const told = new Map(
    lanes?.tasks.flatMap((lane) =>
      laneSlots(lane, () => '').map(({ atMs, outcome }) => [key(lane.task, atMs), outcome]),
    ),
  );
  return (slot, nowMs) => {
    if (slot.state !== 'open') return slot.state;
    return told.get(key(slot.task, Date.parse(slot.due_at))) ?? slotOutcome(slot, nowMs);
  };
}

/** What has to be known of a task to say whether a slot of it is late. */
interface TimedTask {
  task: string;
  manifest: Pick<ManifestBody, 'late'>;
}

/** By the clock, where the daemon says nothing of single slots: each task may be late as its manifest says. */
export function byClock(tasks: readonly TimedTask[]): OutcomeOf {
  const windows = new Map(tasks.map(({ task, manifest }) => [task, windowOf(manifest)]));
  return (slot, nowMs) => slotOutcome(slot, nowMs, windows.get(slot.task));
}

/** How late a task may start; one that may start until the next session opens is in time all day. */
function windowOf({ late }: TimedTask['manifest']): number {
  if (late === 'until_next_open') return Number.POSITIVE_INFINITY;
  return 'window' in late ? late.window.millis : late.continue.millis;
}
