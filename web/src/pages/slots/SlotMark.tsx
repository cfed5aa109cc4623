import type { LedgerSlot, ServiceStatus } from '../../api/schema';
import { slotOutcome } from '../../format/outcome';
import { useNow } from '../../parts/clock';
import { OutcomeMark } from '../../parts/OutcomeMark';
import { outcomeNow } from './outcomeNow';

interface Props {
  slot: LedgerSlot;
  /** Unknown where slots of several users are shown: then only what the slot itself tells counts. */
  service: ServiceStatus | undefined;
}

/** How a slot stands now; an open one is due, running or overdue. */
export function SlotMark({ slot, service }: Props) {
  const now = useNow() ?? Date.parse(slot.due_at);
  const outcome = service ? outcomeNow(slot, service, now) : slotOutcome(slot, now, false);
  return <OutcomeMark outcome={outcome} />;
}
