import type { LogLevelName } from '../../api/schema';

/** The levels of a line, the least severe first. */
export const LEVELS: readonly LogLevelName[] = ['debug', 'info', 'warn', 'error'];

/** Whether a line of a level is among those that are asked for from another level on. */
export function isFrom(least: LogLevelName | undefined, level: LogLevelName): boolean {
  return least === undefined || LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

/** Events name levels as text; what is not known is shown as if it were an error, as the API does. */
export function levelOf(text: string): LogLevelName {
  return LEVELS.find((level) => level === text) ?? 'error';
}
