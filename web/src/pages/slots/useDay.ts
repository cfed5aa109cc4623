import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { addDays, dayOf } from '../../format/time';
import { useNow } from '../../parts/clock';
import { useKeysOn } from '../../shell/keys';

/** Days that a key goes on by. */
const STEPS: Readonly<Record<string, number>> = { '[': -1, ']': 1 };

/** The day that is shown, today by the daemon's clock when the URL names none; `[` and `]` go to its neighbours. */
export function useDay(): { day: string; isToday: boolean; choose: (day?: string) => void } {
  const now = useNow();
  const { day: named } = useSearch({ from: '/inside/slots' });
  const navigate = useNavigate({ from: '/slots' });
  const keysOn = useKeysOn();
  const today = dayOf(now ?? 0);
  const day = named ?? today;
  const choose = (next?: string) =>
    void navigate({
      // Today is shown as today also tomorrow.
      search: (search) => ({ ...search, day: next === today ? undefined : next }),
      replace: true,
    });

  useEffect(() => {
    if (!keysOn) return;
    const press = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      choose(addDays(day, step));
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
  return { day, isToday: day === today, choose };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [role="dialog"]') !== null
  );
}
