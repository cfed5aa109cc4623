import { queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import type { PasswordChange, TokenRequest } from './schema';

// What belongs to the log-in of the caller. No press has a key here: the daemon does not keep answers with secrets.

export const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/auth/sessions', { signal })),
});

export const tokensQuery = queryOptions({
  queryKey: ['account', 'tokens'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/auth/tokens', { signal })),
});

const numbered = (id: number) => ({ params: { path: { id } } });

export const endSession = (id: number) =>
  done(api.DELETE('/api/v1/auth/sessions/{id}', numbered(id)));

export const changePassword = (body: PasswordChange) =>
  done(api.POST('/api/v1/auth/password', { body }));

export const createToken = (body: TokenRequest) =>
  answered(api.POST('/api/v1/auth/tokens', { body }));

export const revokeToken = (id: number) =>
  done(api.DELETE('/api/v1/auth/tokens/{id}', numbered(id)));

export const beginTotp = (password: string) =>
  answered(api.POST('/api/v1/auth/totp/begin', { body: { password } }));

export const enableTotp = (code: string) =>
  answered(api.POST('/api/v1/auth/totp/enable', { body: { code } }));

export const disableTotp = (password: string) =>
  done(api.POST('/api/v1/auth/totp/disable', { body: { password } }));
