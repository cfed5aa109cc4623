import type { LedgerSlot } from '../../api/schema';
import { type Outcome, slotOutcome } from '../../format/outcome';

/** What is known of a user's service when a slot is looked at. */
export interface ServiceNow {
  running: boolean;
  executing: readonly string[];
}

/** How a slot stands now. A continuous one is under way from its first tick to its last while the service runs. */
export function outcomeNow(slot: LedgerSlot, service: ServiceNow, nowMs: number): Outcome {
  if (slot.state !== 'open') return slot.state;
  if (slot.kind !== 'continuous' || slot.ends_at === null || slot.ends_at === undefined) {
    const isUnderWay = slot.execution !== null && service.executing.includes(slot.task);
    return slotOutcome(slot, nowMs, isUnderWay);
  }
  if (nowMs < Date.parse(slot.due_at)) return 'due';
  if (service.running && nowMs < Date.parse(slot.ends_at)) return 'running';
  return slotOutcome(
    { ...slot, due_at: service.running ? slot.ends_at : slot.due_at },
    nowMs,
    false,
  );
}
