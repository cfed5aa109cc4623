import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Resource } from './keys';
import { type Explanation, explain } from './problems';

/** Sends a change once, however often its button is pressed, and keeps why it was not done. */
export function useWrite(changes: readonly Resource[]) {
  const cache = useQueryClient();
  // State alone comes a render too late for two presses within one frame.
  const busy = useRef(false);
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<Explanation | null>(null);

  /** Returns whether it was done. */
  const write = async (send: () => Promise<unknown>): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    setIsBusy(true);
    setRefusal(null);
    try {
      await send();
      await Promise.all(changes.map((key) => cache.invalidateQueries({ queryKey: [key] })));
      return true;
    } catch (error) {
      setRefusal(explain(error));
      return false;
    } finally {
      busy.current = false;
      setIsBusy(false);
    }
  };
  return { write, isBusy, refusal, forget: () => setRefusal(null) };
}
