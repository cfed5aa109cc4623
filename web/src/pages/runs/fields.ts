import type { TaskView } from '../../api/schema';
import { runMark } from '../../format/outcome';
import { taskWord } from '../../format/task';
import type { FilterField } from '../../parts/FilterBar';
import { OUTCOME_NAMES, SERVICES, TRIGGERS } from './filter';
import { words } from './words';

/** By what runs are filtered. */
export function fields(tasks: readonly TaskView[]): FilterField[] {
  return [
    {
      kind: 'choice',
      id: 'task',
      label: words.task,
      options: tasks.map(({ task }) => ({ value: task, label: taskWord(task) })),
    },
    {
      kind: 'choice',
      id: 'outcome',
      label: words.outcome,
      options: OUTCOME_NAMES.map((value) => ({ value, label: runMark(value).word })),
    },
    {
      kind: 'choice',
      id: 'trigger',
      label: words.trigger,
      options: TRIGGERS.map((value) => ({ value, label: words.triggers[value] })),
    },
    {
      kind: 'choice',
      id: 'service',
      label: words.service,
      options: SERVICES.map((value) => ({ value, label: words.services[value] })),
    },
    { kind: 'date', id: 'from', label: words.from },
    { kind: 'date', id: 'through', label: words.through },
  ];
}
