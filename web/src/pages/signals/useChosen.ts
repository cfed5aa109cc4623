import { useCallback, useMemo, useState } from 'react';
import type { Signal } from '../../api/schema';

/** Which of the active signals are chosen. One that is no longer active, or no longer shown, is chosen no more. */
export function useChosen(signals: readonly Signal[]) {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const active = useMemo(() => signals.filter(({ status }) => status === 'active'), [signals]);
  const chosen = useMemo(
    () => new Set(active.map(({ id }) => id).filter((id) => ids.has(id))),
    [active, ids],
  );
  const toggle = useCallback(
    (id: number) =>
      setIds((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [],
  );
  const set = useCallback((next: readonly number[]) => setIds(new Set(next)), []);
  return { chosen, active, toggle, set };
}
