import { useNavigate, useSearch } from '@tanstack/react-router';
import { dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';

/** The day that is shown, today by the daemon's clock when the URL names none. */
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
  return { day, isToday: day === today, choose };
}
