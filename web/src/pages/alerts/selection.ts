import { useCallback, useMemo, useState } from 'react';
import type { Alert } from '../../api/schema';

/** Which open alerts are chosen; those that are no longer there are not. */
export function useSelection(alerts: readonly Alert[]) {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const open = useMemo(() => alerts.filter((alert) => alert.resolved_at === null), [alerts]);
  const chosen = useMemo(() => open.filter(({ id }) => ids.has(id)), [open, ids]);
  const toggle = useCallback(
    (id: number) =>
      setIds((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [],
  );
  return {
    open,
    chosen,
    has: (id: number) => ids.has(id),
    toggle,
    all: () => setIds(new Set(open.map(({ id }) => id))),
    none: () => setIds(new Set()),
  };
}

export type Selection = ReturnType<typeof useSelection>;
