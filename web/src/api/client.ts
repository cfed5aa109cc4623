import createClient from 'openapi-fetch';
import { noteAway } from './reach';
import type { Code, Problem, paths } from './schema';

/**
 * The daemon's API. The session is a cookie that no script can read; the browser itself proves with `Origin` and
 * `Sec-Fetch-Site` that a change comes from this console, so nothing has to be added to a request.
 */
export const api = createClient<paths, 'application/json'>({
  baseUrl: globalThis.location.origin,
  fetch: (request) =>
    // What was sent may still be done, so that is waited for.
    request.method === 'GET' ? fetch(request, { signal: patient(request.signal) }) : fetch(request),
});

/** Over a connection that is stalled and not cut, a read would never end. */
export const PATIENCE_MS = 30_000;

function patient(unwanted: AbortSignal): AbortSignal {
  return AbortSignal.any([unwanted, AbortSignal.timeout(PATIENCE_MS)]);
}

/** The daemon did not answer, what answered was not the daemon, or the code of a page did not come. */
type OwnCode = 'unreachable' | 'not_the_daemon' | 'not_loaded';

export type FailureCode = Code | OwnCode;

/** A request that was not done, as the daemon tells it. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly code: FailureCode,
    /** The sentence of the daemon. */
    readonly detail: string,
    readonly status: number,
    /** By the daemon's clock, which is not the browser's. */
    readonly retryAt: string | null = null,
    /** Real seconds until it may be tried again, where only those are known. */
    readonly retryAfterS: number | null = null,
  ) {
    super(detail);
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns what the daemon answered; throws a `Failure` when that is a problem or when it did not answer. */
export async function answered<T>(request: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await request.catch(refuseUnreachable);
  noteAway(response.status >= 502);
  if (data !== undefined) return data;
  throw refused(error, response);
}

/** As `answered`, for what has no body. */
export async function done(request: Promise<Answer<unknown>>): Promise<void> {
  const { error, response } = await request.catch(refuseUnreachable);
  if (!response.ok) throw refused(error, response);
}

function refuseUnreachable(error: unknown): never {
  // The query that is no longer wanted is not a failure: whoever cancelled it has to see that it was.
  if (error instanceof DOMException && error.name === 'AbortError') throw error;
  noteAway(true);
  throw new Failure('unreachable', 'the daemon did not answer', 0);
}

const listeners = new Set<(failure: Failure) => void>();

/** Hears of everything that the daemon refuses, a read or a write. */
export function onRefused(listener: (failure: Failure) => void): void {
  listeners.add(listener);
}

function refused(error: unknown, response: Response): Failure {
  const failure = failureOf(error, response);
  for (const listener of listeners) listener(failure);
  return failure;
}

function failureOf(error: unknown, response: Response): Failure {
  if (!isProblem(error)) {
    return new Failure(
      'not_the_daemon',
      `something else answered with ${response.status}`,
      response.status,
    );
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new Failure(
    error.code,
    error.detail,
    error.status,
    error.retry_at ?? null,
    Number.isFinite(seconds) ? seconds : null,
  );
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    'detail' in body &&
    'status' in body
  );
}
