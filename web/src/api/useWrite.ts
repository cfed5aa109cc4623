import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Resource } from './keys';
import { type Explanation, explain } from './problems';
import { useBusy } from './useBusy';

/** Sends a change once, however often its button is pressed, and keeps why it was not done. */
export function useWrite(changes: readonly Resource[]) {
  const cache = useQueryClient();
  const { once, isBusy } = useBusy();
  const [refusal, setRefusal] = useState<Explanation | null>(null);

  /** Returns whether it was done. */
  const write = (send: () => Promise<unknown>): Promise<boolean> =>
    once(async () => {
      setRefusal(null);
      try {
        await send();
        await Promise.all(changes.map((key) => cache.invalidateQueries({ queryKey: [key] })));
        return true;
      } catch (error) {
        setRefusal(explain(error));
        return false;
      }
    });
  return { write, isBusy, refusal, forget: () => setRefusal(null) };
}
