import type { LogLevelName } from '../../api/schema';
import css from './LogView.module.css';
import { words } from './words';

/** The level of a line, as a word. */
export function LevelWord({ level }: { level: LogLevelName }) {
  return (
    <span className={css.level} data-level={level}>
      {words.levels[level]}
    </span>
  );
}
