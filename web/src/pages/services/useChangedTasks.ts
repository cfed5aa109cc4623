import { useQuery } from '@tanstack/react-query';
import { schedulesQuery } from '../../api/schedules';
import { taskWord } from '../../format/task';

/** The tasks whose schedules have changed since a version of the schedules, in words. */
export function useChangedTasks(version: number): readonly string[] {
  const { data } = useQuery(schedulesQuery);
  const changed = data?.items.filter((schedule) => schedule.version > version) ?? [];
  return changed.map(({ task }) => taskWord(task));
}
