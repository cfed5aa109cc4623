import type { ModuleVersion, TaskView } from '../../api/schema';

export interface ModuleRow {
  task: string;
  title: string;
  /** Newest first. */
  versions: ModuleVersion[];
  active: ModuleVersion | undefined;
}

/** One row a task, in the order of the tasks. */
export function moduleRows(
  tasks: readonly TaskView[],
  versions: readonly ModuleVersion[],
): ModuleRow[] {
  return tasks.map(({ task, title }) => {
    const own = versions.filter((version) => version.task === task).reverse();
    return { task, title, versions: own, active: own.find(({ active }) => active) };
  });
}
