import { useRef, useState } from 'react';
import { useFocusKept } from '../parts/focus';

/** Lets one piece of work go on at a time, however often its button is pressed. */
export function useBusy() {
  // State alone comes a render too late for two presses within one frame.
  const busy = useRef(false);
  const [isBusy, setIsBusy] = useState(false);
  const keepFocus = useFocusKept(isBusy);

  /** Does it, unless some goes on; returns whether it was done. `work` takes care of what it throws. */
  const once = async (work: () => Promise<boolean>): Promise<boolean> => {
    if (busy.current) return false;
    busy.current = true;
    keepFocus();
    setIsBusy(true);
    try {
      return await work();
    } finally {
      busy.current = false;
      setIsBusy(false);
    }
  };
  return { once, isBusy };
}
