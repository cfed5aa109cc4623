import { getRouteApi } from '@tanstack/react-router';
import type { OrderSearch } from './filter';

const route = getRouteApi('/inside/orders');

/** What the URL says of the list, and how to change it. */
export function useOrderSearch() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return {
    search,
    tab: search.tab ?? 'all',
    change: (part: Partial<OrderSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...part }), replace: true }),
    /** Takes out what leaves orders out, apart from the tab. */
    clear: () =>
      void navigate({ search: ({ tab, user, mine }) => ({ tab, user, mine }), replace: true }),
  };
}
