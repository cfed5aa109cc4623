import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, FULL_PAGE, nextPage, ofUser } from './pages';
import type { LedgerDay, LedgerSlot, paths, UserLanes } from './schema';

export type SlotFilter = Omit<
  NonNullable<paths['/api/v1/slots']['get']['parameters']['query']>,
  'cursor'
>;

/** A screen shows some thirty users; the others are read when somebody scrolls to them. */
const LANES_PAGE = 100;

export const slotsQuery = (filter: SlotFilter) =>
  infiniteQueryOptions({
    queryKey: ['slots', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/slots', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** All slots of a user on a day, by due time; today when no day is named. */
export const daySlotsQuery = (user?: number, day?: string) =>
  queryOptions({
    queryKey: ['slots', 'day', { user, day }],
    queryFn: async ({ signal }): Promise<LedgerSlot[]> => {
      const range = day === undefined ? {} : { from: day, to: day };
      const found: LedgerSlot[] = [];
      let cursor = {};
      for (;;) {
        const query = { ...ofUser(user), ...range, ...cursor, limit: FULL_PAGE };
        const page = await answered(api.GET('/api/v1/slots', { params: { query }, signal }));
        found.push(...page.items);
        if (!page.next) return found;
        cursor = { cursor: page.next };
      }
    },
  });

/** The client's types take a slot of three fields for a list of anything; the document says which they are. */
function lanesIn(answer: object): UserLanes {
  if (!areLanes(answer)) throw new Error('the daemon answered lanes without tasks');
  return answer;
}

function areLanes(answer: object): answer is UserLanes {
  return 'tasks' in answer && Array.isArray(answer.tasks);
}

/** The day of a user as lanes, with how each slot stands now; today when no day is named. */
export const lanesQuery = (user?: number, date?: string) =>
  queryOptions({
    queryKey: ['lanes', 'one', { user, date }],
    queryFn: async ({ signal }) => {
      const query = { ...ofUser(user), ...(date !== undefined && { date }) };
      const answer = await answered(api.GET('/api/v1/slots/lanes', { params: { query }, signal }));
      return { ...lanesIn(answer), mornings: answer.mornings };
    },
  });

export type LaneFilter = Omit<
  NonNullable<paths['/api/v1/system/lanes']['get']['parameters']['query']>,
  'cursor' | 'limit'
>;

/** The same of everybody, users in trouble first; for admins. */
export const lanesOfAllQuery = (filter: LaneFilter) =>
  infiniteQueryOptions({
    queryKey: ['lanes', 'of-all', filter],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filter, ...pageParam, limit: LANES_PAGE };
      const page = await answered(api.GET('/api/v1/system/lanes', { params: { query }, signal }));
      return { ...page, items: page.items.map(lanesIn) };
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    placeholderData: keepPreviousData,
  });

/** What the exchange does today, and the slots of everybody counted by task, with the users in trouble; for admins. */
export const dayOfAllQuery = queryOptions({
  queryKey: ['slots', 'counts-of-all'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/slots/day', { signal })),
});

/** The slots of everybody, or of one user; for admins. */
export const slotsOfAllQuery = (filter: SlotFilter) =>
  infiniteQueryOptions({
    queryKey: ['slots', 'list-of-all', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/slots', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** What the exchange does on a date, and the slots counted by task: a user's, or everybody's for admins. */
export const dayCountsQuery = (date: string, of: { user?: number } | 'all') =>
  queryOptions({
    queryKey: ['slots', 'counts-on', { date, of }],
    queryFn: ({ signal }): Promise<LedgerDay> =>
      of === 'all'
        ? answered(api.GET('/api/v1/system/slots/day', { params: { query: { date } }, signal }))
        : answered(api.GET('/api/v1/slots/day', { params: { query: { ...of, date } }, signal })),
  });
