import { useEffect } from 'react';
import { isTaken, useKeysOn } from './keys';

/** Steps that a key goes on by. */
const STEPS: Readonly<Record<string, number>> = { '[': -1, ']': 1 };

/** `[` and `]` go to the neighbours of what the page shows: the day before, the day after. */
export function useStepKeys(step: (by: number) => void): void {
  const keysOn = useKeysOn();
  useEffect(() => {
    if (!keysOn) return;
    const press = (event: KeyboardEvent) => {
      const by = STEPS[event.key];
      if (by === undefined || event.ctrlKey || event.metaKey || isTaken(event.target)) return;
      step(by);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}
