import { useCallback } from 'react';
import { useUserNames } from './useUserNames';

/** The name of a user for people; of one who is gone, or not known yet, the number. For admins. */
export function useNameOf(): (user: number) => string {
  const names = useUserNames();
  return useCallback((user) => names.get(user) ?? `user ${user}`, [names]);
}
