import type { TaskView } from '../../api/schema';
import { taskWord } from '../../format/task';
import type { FilterField } from '../../parts/FilterBar';
import { LEVELS } from './levels';
import { words } from './words';

/** By what lines are filtered. */
export function fields(tasks: readonly TaskView[]): FilterField[] {
  return [
    { kind: 'text', id: 'q', label: words.text, placeholder: words.textHint },
    {
      kind: 'choice',
      id: 'task',
      label: words.task,
      options: tasks.map(({ task }) => ({ value: task, label: taskWord(task) })),
    },
    {
      kind: 'choice',
      id: 'level',
      label: words.level,
      options: LEVELS.filter((level) => level !== 'debug').map((level) => ({
        value: level,
        label: words.levels[level],
      })),
    },
    { kind: 'date', id: 'day', label: words.day },
  ];
}
