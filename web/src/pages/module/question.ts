import type { ModuleVersion, TaskView } from '../../api/schema';

/** What every dialog about a version is given. */
export interface QuestionProps {
  opened: boolean;
  onClose: () => void;
  task: TaskView;
  version: ModuleVersion;
}
