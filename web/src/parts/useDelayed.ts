import { useEffect, useState } from 'react';

/** True once `wanted` has held for that long, so that quick answers do not flash a skeleton. */
export function useDelayed(wanted: boolean, ms = 150): boolean {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!wanted) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), ms);
    return () => clearTimeout(timer);
  }, [wanted, ms]);
  return wanted && shown;
}
