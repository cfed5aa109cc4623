import { type APIRequestContext, request } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { startSmall } from './daemon';
import { logIn, type Session } from './setup';
import { type Running, withConsole } from './site';

interface LoggedIn {
  url: string;
  session: Session;
}

/** A daemon of this file alone. */
export interface Own {
  /** As options of `visit`. */
  as(name: string): LoggedIn;
  /** Asks the API as somebody, in a log-in of its own: as another browser would. */
  ask<T>(name: string, question: (client: APIRequestContext) => Promise<T>): Promise<T>;
}

const NAMES = ['admin', 'user2'];

interface Options {
  history?: number;
  users?: number;
  /** Whether messages may go to receivers on this machine. */
  localWebhooks?: boolean;
  /** Makes its source of prices ready. */
  market?: () => Promise<string>;
  /** Makes servers ready that the daemon speaks with, and returns the options that name them. */
  outside?: () => Promise<readonly string[]>;
}

/** Starts a daemon before the tests of a file that change what everybody shares, and ends it after them. */
export function ownDaemon({
  history = 0,
  users = 2,
  localWebhooks,
  market,
  outside,
}: Options = {}): Own {
  let running: Running | undefined;
  const sessions = new Map<string, Session>();
  beforeAll(async () => {
    const prices = await market?.();
    const flags = await outside?.();
    running = await withConsole(
      await startSmall({ history, users, market: prices, localWebhooks, flags }),
    );
    for (const name of NAMES) sessions.set(name, await logIn(running.url, name));
  });
  afterAll(() => running?.stop());
  const as = (name: string): LoggedIn => {
    const session = sessions.get(name);
    if (!running || !session) throw new Error(`${name} is not logged in`);
    return { url: running.url, session };
  };
  return {
    as,
    ask: async (name, question) => {
      const { url } = as(name);
      const client = await request.newContext({
        baseURL: url,
        storageState: await logIn(url, name),
        extraHTTPHeaders: { origin: url },
      });
      try {
        return await question(client);
      } finally {
        await client.dispose();
      }
    },
  };
}

type Answer = ReturnType<APIRequestContext['get']>;

/** The text of an answer of the API that is no refusal. */
export async function done(answer: Answer): Promise<string> {
  const came = await answer;
  if (!came.ok()) throw new Error(`${came.url()}: ${came.status()} ${await came.text()}`);
  return came.text();
}

/** Reads an answer of the API that has to be one. */
export async function read<T>(answer: Answer): Promise<T> {
  return JSON.parse(await done(answer));
}
