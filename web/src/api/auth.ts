import { queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import type { LogIn, Me, PasswordReset, SetUp } from './schema';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }): Promise<Me> => answered(api.GET('/api/v1/auth/me', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const logIn = (body: LogIn) => answered(api.POST('/api/v1/auth/login', { body }));
export const setUp = (body: SetUp) => answered(api.POST('/api/v1/auth/setup', { body }));
export const resetPassword = (body: PasswordReset) =>
  done(api.POST('/api/v1/auth/reset', { body }));
export const logOut = () => done(api.POST('/api/v1/auth/logout'));
