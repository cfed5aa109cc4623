import type { ServiceStatus } from '../../api/schema';
import type { ServicesSearch } from './search';

type AllFilter = Omit<ServicesSearch, 'mine'>;

/** Whether the services of a user fit the filter. */
export function fits(row: ServiceStatus, { q, state, only }: AllFilter): boolean {
  if (q !== undefined && !row.user_name.toLowerCase().includes(q.toLowerCase())) return false;
  if (state !== undefined && row.running !== (state === 'on')) return false;
  if (only === undefined) return true;
  const kinds = only.split(',');
  return (
    (kinds.includes('restart') && row.restart_needed) ||
    (kinds.includes('failures') && row.error_count > 0)
  );
}
