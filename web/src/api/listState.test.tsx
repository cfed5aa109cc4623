import { QueryClient, QueryClientProvider, useInfiniteQuery } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { useListState } from './listState';
import { FIRST_PAGE, nextPage, type Page, type PageParam } from './pages';

/** A list of which the first pages are empty. */
function listOf(empty: number) {
  let asked = 0;
  const read = async (): Promise<Page<string>> => {
    asked += 1;
    return { items: asked > empty ? ['found'] : [], next: asked > empty ? null : String(asked) };
  };
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={cache}>{children}</QueryClientProvider>
  );
  const first: PageParam = FIRST_PAGE;
  const list = () =>
    useListState(
      useInfiniteQuery({
        queryKey: ['list'],
        queryFn: read,
        initialPageParam: first,
        getNextPageParam: nextPage,
      }),
    );
  return { ...renderHook(list, { wrapper }), asked: () => asked };
}

test('a list whose first pages are empty is read on until there is something', async () => {
  const { result } = listOf(3);
  expect(result.current.state.loading).toBe(true);
  await waitFor(() => expect(result.current.state.loading).toBe(false));
  expect(result.current.items).toEqual(['found']);
});

test('but not without end', async () => {
  const { result, asked } = listOf(1000);
  await waitFor(() => expect(result.current.state.loading).toBe(false));
  expect(result.current.items).toEqual([]);
  expect(result.current.table.more).toBe(true);
  expect(asked()).toBe(10);
});
