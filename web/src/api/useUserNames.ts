import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useAllRows } from './useAllRows';
import { usersQuery } from './users';

/** Names by number, for lists of everybody's things; empty until they are known. For admins. */
export function useUserNames(): ReadonlyMap<number, string> {
  const users = useAllRows(useInfiniteQuery(usersQuery));
  return useMemo(() => new Map(users.map(({ id, name }) => [id, name])), [users]);
}
