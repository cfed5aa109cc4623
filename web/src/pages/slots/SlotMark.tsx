import type { LedgerSlot } from '../../api/schema';
import { useNow } from '../../parts/clock';
import { OutcomeMark } from '../../parts/OutcomeMark';
import type { OutcomeOf } from './outcomeNow';

interface Props {
  slot: LedgerSlot;
  outcomeOf: OutcomeOf;
}

/** How a slot stands now; an open one is due, running or overdue. */
export function SlotMark({ slot, outcomeOf }: Props) {
  const now = useNow() ?? Date.parse(slot.due_at);
  return <OutcomeMark outcome={outcomeOf(slot, now)} />;
}
