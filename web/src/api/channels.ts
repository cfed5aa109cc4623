import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import { pressed } from './press';
import type {
  BotRequest,
  ChatRequest,
  CodeRequest,
  MailboxRequest,
  MailServerRequest,
  WebhookRequest,
} from './schema';

// Where messages to the caller go beside the console; nobody has these of somebody else.

export const channelsQuery = queryOptions({
  queryKey: ['channels', 'list'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/user/channels', { signal })),
});

/** What became of the messages on their way, newest first. The live stream tells when one of them changes. */
export const deliveriesQuery = infiniteQueryOptions({
  queryKey: ['channels', 'deliveries'],
  queryFn: ({ pageParam, signal }) =>
    answered(api.GET('/api/v1/user/deliveries', { params: { query: pageParam }, signal })),
  initialPageParam: FIRST_PAGE,
  getNextPageParam: nextPage,
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
