import type { IndividualService, TaskStatus, TaskView } from '../../api/schema';
import { taskWord } from '../../format/task';

/** A task of a user, with all that stands in its row. */
export interface TaskRow {
  task: string;
  word: string;
  description: string;
  trades: boolean;
  isShared: boolean;
  status: TaskStatus;
  /** As a service of its own; null when the answer does not have it, as with tasks for admins. */
  own: IndividualService | null;
}

/** The tasks in their order; what is not known yet of one is left empty. */
export function taskRows(
  statuses: readonly TaskStatus[],
  services: Readonly<Record<string, IndividualService>>,
  views: readonly TaskView[],
): TaskRow[] {
  const known = new Map(views.map((view) => [view.task, view]));
  return statuses.map((status) => {
    const view = known.get(status.task);
    return {
      task: status.task,
      word: taskWord(status.task),
      description: view?.description ?? '',
      trades: view?.trades ?? false,
      isShared: view?.shared ?? false,
      status,
      own: services[status.task] ?? null,
    };
  });
}
