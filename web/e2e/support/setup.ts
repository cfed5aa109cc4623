import { chromium, request } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { findChromium, hasSandbox } from './browser';
import { DEMO_PASSWORD, startDemo } from './daemon';
import { type Running, withConsole } from './site';

export const USERS = ['admin', 'user2', 'user3'] as const;
export type User = (typeof USERS)[number];
/** Cookies, as the browser takes them. */
export type Session = Awaited<
  ReturnType<Awaited<ReturnType<typeof request.newContext>>['storageState']>
>;

declare module 'vitest' {
  interface ProvidedContext {
    browser: string;
    console: string;
    sessions: Record<User, Session>;
  }
}

/** One daemon, one browser and one log-in of each user for all tests. */
export default async function setup(project: TestProject) {
  const executablePath = findChromium();
  const running = await startConsole();
  const browser = await chromium
    .launchServer({ executablePath, chromiumSandbox: hasSandbox })
    .catch(async (error) => {
      await running.stop();
      throw error;
    });
  const { url } = running;
  project.provide('browser', browser.wsEndpoint());
  project.provide('console', url);
  const stop = async () => {
    await browser.close();
    await running.stop();
  };
  try {
    project.provide('sessions', {
      admin: await logIn(url, 'admin'),
      user2: await logIn(url, 'user2'),
      user3: await logIn(url, 'user3'),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** A demonstration of its own, or one that runs already at PRAHARI_CONSOLE_URL. */
async function startConsole(): Promise<Running> {
  const url = process.env.PRAHARI_CONSOLE_URL;
  return withConsole(url ? { url, stop: async () => undefined } : await startDemo());
}

/** Makes the first admin of a daemon that has none, and logs them in. */
export async function makeAdmin(
  url: string,
  setUp: string | undefined,
  { name, password }: { name: string; password: string },
): Promise<Session> {
  const token = setUp?.replace('#setup=', '');
  const client = await request.newContext({ baseURL: url, extraHTTPHeaders: { origin: url } });
  try {
    const made = await client.post('/api/v1/auth/setup', { data: { token, name, password } });
    if (!made.ok()) throw new Error(`There is no admin: ${made.status()} ${await made.text()}`);
  } finally {
    await client.dispose();
  }
  return await logIn(url, name, password);
}

export async function logIn(url: string, name: string, password = DEMO_PASSWORD): Promise<Session> {
  const client = await request.newContext({ baseURL: url, extraHTTPHeaders: { origin: url } });
  try {
    const answer = await client.post('/api/v1/auth/login', { data: { name, password } });
    if (!answer.ok())
      throw new Error(`${name} cannot log in: ${answer.status()} ${await answer.text()}`);
    return await client.storageState();
  } finally {
    await client.dispose();
  }
}
