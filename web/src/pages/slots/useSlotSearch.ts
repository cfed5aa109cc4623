import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SlotStateName } from '../../api/schema';

/** What of the slots of the day is shown; it stands in the URL. */
export function useSlotSearch() {
  const { task, state } = useSearch({ from: '/inside/slots' });
  const navigate = useNavigate({ from: '/slots' });
  const change = (next: { task?: string | undefined; state?: SlotStateName | undefined }) =>
    void navigate({ search: (search) => ({ ...search, ...next }), replace: true });
  return { task, state, change };
}
