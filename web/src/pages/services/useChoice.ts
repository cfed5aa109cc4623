import { useMemo, useState } from 'react';
import type { ServiceStatus } from '../../api/schema';

/** Which of the users shown are chosen; whom the filter hides is not among them. */
export function useChoice(shown: readonly ServiceStatus[]) {
  const [users, setUsers] = useState<ReadonlySet<number>>(new Set());
  const choice = useMemo(
    () => ({
      chosen: users,
      onChange: (user: number, isChosen: boolean) =>
        setUsers((before) => {
          const next = new Set(before);
          if (isChosen) next.add(user);
          else next.delete(user);
          return next;
        }),
    }),
    [users],
  );
  return {
    choice,
    chosen: shown.filter(({ user }) => users.has(user)),
    setChosen: (rows: readonly ServiceStatus[]) => setUsers(new Set(rows.map(({ user }) => user))),
  };
}
