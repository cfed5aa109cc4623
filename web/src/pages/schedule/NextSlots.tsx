import type { SlotView } from '../../api/schema';
import { hourMinute } from '../../format/time';
import { Instant } from '../../parts/Instant';
import { words as listWords } from '../schedules/words';
import css from './Schedule.module.css';
import { words } from './words';

export function NextSlots({ slots }: { slots: readonly SlotView[] }) {
  if (slots.length === 0) return <p className={css.soft}>{words.nextNone}</p>;
  return (
    <ol className={css.slots}>
      {slots.map((slot) => (
        <li key={slot.due_at}>
          <Instant at={slot.due_at} day />{' '}
          {slot.ends_at && (
            <span className={css.soft}>
              {listWords.until(hourMinute(slot.ends_at))}, {words.runsOf(slot.ticks)}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
