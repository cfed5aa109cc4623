import { useQuery } from '@tanstack/react-query';
import { tasksQuery } from './tasks';

/** The strategies that the tasks of this daemon belong to, by name; empty until they are known. */
export function useStrategies(): readonly string[] {
  const { data } = useQuery(tasksQuery);
  return [...new Set(data?.items.map(({ strategy }) => strategy))].sort();
}
