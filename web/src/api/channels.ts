import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import { pressed } from './press';
import { POLL_MS } from './queries';
import type {
  BotRequest,
  ChatRequest,
  CodeRequest,
  Delivery,
  MailboxRequest,
  MailServerRequest,
  WebhookRequest,
} from './schema';

// Where messages to the caller go beside the console; nobody has these of somebody else.

export const channelsQuery = queryOptions({
  queryKey: ['channels', 'list'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/user/channels', { signal })),
});

/** While an attempt is being made, somebody who pressed Test looks at it. */
const WATCH_MS = 2_000;

const isBegun = ({ state, attempts }: Delivery) => state === 'sending' || attempts === 0;

/** What became of the messages on their way, newest first. Asked again while one of them has not ended. */
export const deliveriesQuery = infiniteQueryOptions({
  queryKey: ['channels', 'deliveries'],
  queryFn: ({ pageParam, signal }) =>
    answered(api.GET('/api/v1/user/deliveries', { params: { query: pageParam }, signal })),
  initialPageParam: FIRST_PAGE,
  getNextPageParam: nextPage,
  refetchInterval: ({ state }) => {
    const open = state.data?.pages[0]?.items.filter(({ ended_at }) => ended_at === null) ?? [];
    if (open.length === 0) return false;
    return open.some(isBegun) ? WATCH_MS : POLL_MS;
  },
});

/** Without a press of its own: the daemon does not keep answers with secrets. */
export const addWebhook = (body: WebhookRequest) =>
  answered(api.POST('/api/v1/user/channels/webhooks', { body }));

/** Without a press of its own, likewise: each press makes another code. */
export const connectTelegram = (body: ChatRequest) =>
  answered(api.POST('/api/v1/user/channels/telegram', { body }));

export const sendMailboxCode = (body: MailboxRequest) =>
  answered(api.POST('/api/v1/user/channels/email', { body, headers: pressed() }));

export const confirmMailbox = (body: CodeRequest) =>
  answered(api.POST('/api/v1/user/channels/email/confirm', { body, headers: pressed() }));

const numbered = (id: number) => ({ params: { path: { id } } });

export const removeChannel = (id: number) =>
  done(api.DELETE('/api/v1/user/channels/{id}', numbered(id)));

export const testChannel = (id: number) =>
  answered(api.POST('/api/v1/user/channels/{id}/test', { ...numbered(id), headers: pressed() }));

/** By what messages leave the installation; for admins. */
export const carriersQuery = queryOptions({
  queryKey: ['channels', 'carriers'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/carriers', { signal })),
});

export const setBot = (body: BotRequest) =>
  answered(api.PUT('/api/v1/system/carriers/telegram', { body }));

export const removeBot = () => done(api.DELETE('/api/v1/system/carriers/telegram'));

export const setMailServer = (body: MailServerRequest) =>
  answered(api.PUT('/api/v1/system/carriers/email', { body }));

export const removeMailServer = () => done(api.DELETE('/api/v1/system/carriers/email'));
