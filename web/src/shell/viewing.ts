import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { meQuery } from '../api/auth';
import type { Me } from '../api/schema';
import { userQuery } from '../api/users';

const inside = getRouteApi('/inside');

/** Who is logged in. The pages inside are shown only when that is known. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error('a page was shown before anybody has logged in');
  return data;
}

export interface Viewing {
  me: Me;
  isAdmin: boolean;
  /** The user whom an admin looks at; undefined for the caller's own things. Goes into each request. */
  user: number | undefined;
  /** The name for confirmations: each change for another user repeats it; undefined for the own things. */
  name: string | undefined;
}

/** Whose things a page shows: the caller's own, or those of `?user=` for an admin. */
export function useViewing(): Viewing {
  const me = useMe();
  const search = inside.useSearch();
  const isAdmin = me.role === 'admin';
  const user = isAdmin && search.user !== me.id ? search.user : undefined;
  const { data } = useQuery({ ...userQuery(user ?? 0), enabled: user !== undefined });
  return {
    me,
    isAdmin,
    user,
    name: user === undefined ? undefined : (data?.name ?? `user ${user}`),
  };
}
