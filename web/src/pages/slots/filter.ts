import type { SlotStateName } from '../../api/schema';
import type { SlotFilter } from '../../api/slots';
import { date, oneOf, text } from '../../shell/search';
import { STATES } from './counts';

/** The search parameters of the page. */
interface SlotSearch {
  day?: string | undefined;
  task?: string | undefined;
  state?: SlotStateName | undefined;
}

export function slotSearch(search: Record<string, unknown>): SlotSearch {
  return {
    ...date(search, 'day'),
    ...text(search, 'task'),
    ...oneOf(search, 'state', STATES),
  };
}

const LIMIT = 200;

export function slotFilter(day: string, { task, state }: Omit<SlotSearch, 'day'>): SlotFilter {
  return {
    from: day,
    to: day,
    ...(task !== undefined && { task }),
    ...(state !== undefined && { state }),
    limit: LIMIT,
  };
}
