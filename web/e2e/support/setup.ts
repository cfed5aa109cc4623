import { resolve } from 'node:path';
import { chromium, request } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { findChromium, hasSandbox } from './browser';
import { DEMO_PASSWORD, startDemo } from './daemon';
import { serveFolder } from './site';

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
  const [browser, daemon] = await Promise.all([
    chromium.launchServer({ executablePath, chromiumSandbox: hasSandbox }),
    startDemo(),
  ]);
  // The console that is built into the daemon; with DIST one that stands in a folder.
  const folder = process.env.DIST;
  const site = folder ? await serveFolder(resolve(folder), daemon.url) : undefined;
  const url = process.env.PRAHARI_CONSOLE_URL ?? site?.url ?? daemon.url;
  project.provide('browser', browser.wsEndpoint());
  project.provide('console', url);
  project.provide('sessions', {
    admin: await logIn(url, 'admin'),
    user2: await logIn(url, 'user2'),
    user3: await logIn(url, 'user3'),
  });
  return async () => {
    await browser.close();
    await site?.stop();
    await daemon.stop();
  };
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
