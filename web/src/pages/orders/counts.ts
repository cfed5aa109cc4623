import type { OrderSummary } from '../../api/schema';
import { count } from '../../format/numbers';
import { countOn, type OrderTab, TABS } from './filter';

/** How many orders stand on each tab; undefined while nobody has counted them. */
export function countsOf(
  summary: OrderSummary | undefined,
): { id: OrderTab; shown: string | undefined }[] {
  return TABS.map((id) => ({
    id,
    shown: summary && `${count(countOn(id, summary.states))}${summary.complete ? '' : '+'}`,
  }));
}
