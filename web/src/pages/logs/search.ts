import type { LogLevelName } from '../../api/schema';
import { date, oneOf, text, yes } from '../../shell/search';
import { LEVELS } from './levels';

/** The search parameters of the page. */
interface LogSearch {
  q?: string | undefined;
  task?: string | undefined;
  level?: LogLevelName | undefined;
  day?: string | undefined;
  wrap?: true | undefined;
}

export function logSearch(search: Record<string, unknown>): LogSearch {
  return {
    ...text(search, 'q'),
    ...text(search, 'task'),
    ...oneOf(search, 'level', LEVELS),
    ...date(search, 'day'),
    ...yes(search, 'wrap'),
  };
}
