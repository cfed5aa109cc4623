import type { LogLevelName } from '../../api/schema';

export interface ShownLine {
  /** The same for the same line, whichever way it came. */
  key: string;
  /** Null where it is not known when the line was written. */
  at: string | null;
  level: LogLevelName;
  message: string;
  /** The run that wrote it; its number within the run, where that is known. */
  run: number | null;
  number: number | null;
  /** Left out where all lines are of one task. */
  task?: string;
  /** Left out where all lines are of one user. */
  user?: string;
}
