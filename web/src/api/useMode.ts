import { useQuery } from '@tanstack/react-query';
import type { ModeName } from './schema';
import { serviceQuery } from './services';

/** Whether a user's money is made up or real; undefined until it is known. */
export function useMode(user?: number): ModeName | undefined {
  return useQuery(serviceQuery(user)).data?.mode;
}
