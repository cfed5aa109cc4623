import { useNavigate, useSearch } from '@tanstack/react-router';
import { addDays, dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';
import { useStepKeys } from '../../shell/useStepKeys';

/** The day that is shown, today by the daemon's clock when the URL names none; `[` and `]` go to its neighbours. */
export function useDay(): { day: string; isToday: boolean; choose: (day?: string) => void } {
  const now = useNow();
  const { day: named } = useSearch({ from: '/inside/slots' });
  const navigate = useNavigate({ from: '/slots' });
  const today = dayOf(now ?? 0);
  const day = named ?? today;
  const choose = (next?: string) =>
    void navigate({
      // Today is shown as today also tomorrow.
      search: (search) => ({ ...search, day: next === today ? undefined : next }),
      replace: true,
    });

  useStepKeys((by) => choose(addDays(day, by)));
  return { day, isToday: day === today, choose };
}
