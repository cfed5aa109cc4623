import type { LedgerSlot } from '../../api/schema';
import { reasonText } from '../../format/reason';
import { taskWord } from '../../format/task';
import { Instant } from '../../parts/Instant';
import { type Beside, RetryAt, RunLink, SlotAction, TicksOf } from './columns';
import { SlotMark } from './SlotMark';
import css from './Slots.module.css';
import { words } from './words';

/** A slot on a narrow screen. */
export function slotCard(beside: Beside) {
  return (slot: LedgerSlot) => (
    <div className={css.card}>
      <span className={css.cardHead}>
        <span>
          <Instant at={slot.due_at} /> <strong>{taskWord(slot.task)}</strong>
        </span>
        <SlotMark slot={slot} outcomeOf={beside.outcomeOf} />
      </span>
      {beside.isOfAll && <span>{slot.user_name}</span>}
      {slot.reason !== '' && <span>{reasonText(slot.reason)}</span>}
      <span className={css.soft}>
        {slot.kind === 'continuous' && (
          <>
            {words.ticks}: <TicksOf slot={slot} />{' '}
          </>
        )}
        {slot.attempts > 1 && `${words.attempts}: ${slot.attempts} `}
        {slot.retry_at && (
          <>
            {words.retry}: <RetryAt at={slot.retry_at} />{' '}
          </>
        )}
        {slot.execution !== null && (
          <>
            {words.run} <RunLink slot={slot} beside={beside} />
          </>
        )}
      </span>
      <SlotAction slot={slot} beside={beside} />
    </div>
  );
}
