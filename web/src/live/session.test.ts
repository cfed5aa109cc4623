import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test } from 'vitest';
import { meQuery } from '../api/auth';
import { done } from '../api/client';
import { sessionEnded, watchSession } from './session';

const cache = new QueryClient();
watchSession(cache);

afterEach(() => {
  cache.clear();
  sessionEnded.set(false);
});

function refusal(code: string, status: number) {
  const error = { code, detail: 'no', status };
  return done(Promise.resolve({ error, response: new Response(null, { status }) })).catch(() => {});
}

const ME = { id: 2, name: 'asha', role: 'user', totp: false };

test('a write that is told that nobody is logged in asks for a log-in', async () => {
  cache.setQueryData(['me'], ME);
  expect(cache.getQueryData(meQuery.queryKey)).toBeDefined();
  await refusal('admin_only', 403);
  expect(sessionEnded.get()).toBe(false);
  await refusal('not_signed_in', 401);
  expect(sessionEnded.get()).toBe(true);
});

test('before anybody has logged in nothing is asked over the page', async () => {
  await refusal('not_signed_in', 401);
  expect(sessionEnded.get()).toBe(false);
});
