import { useEffect, useState } from 'react';
import type { Schedule } from '../../api/schedules';
import { scheduleText } from '../schedules/rule';
import { changesOf, type Draft, draftOf } from './draft';

/**
 * A schedule that is edited, and what it was made from. While nothing is changed it follows what others save; after
 * that, what they save stands beside it until the person has decided.
 */
export function useDraft(current: Schedule) {
  const [base, setBase] = useState(current);
  const [draft, setDraft] = useState<Draft>(() => draftOf(current));
  const changes = changesOf(draft, base);
  const isOther = current.version !== base.version;

  useEffect(() => {
    if (!isOther || changes > 0) return;
    setBase(current);
    setDraft(draftOf(current));
  }, [current, isOther, changes]);

  return {
    base,
    draft,
    setDraft,
    changes,
    /** What somebody else has saved meanwhile, where it is not what was edited. */
    theirs: isOther && scheduleText(current) !== scheduleText(base) ? current : null,
    /** Forgets what was typed. */
    discard: () => {
      setBase(current);
      setDraft(draftOf(current));
    },
    /** Keeps what was typed, as a change of what is saved now. */
    rebase: () => setBase(current),
    /** What was typed is what is saved. */
    saved: (schedule: Schedule) => {
      setBase(schedule);
      setDraft(draftOf(schedule));
    },
  };
}
